-- Up Migration

-- What was granted on a home. Each of its collections has the same as rows of `access` that are inherited, so that whoever
-- asks what a collection may be used for looks in one place.
create table home_access (
  principal_id bigint not null,
  home text not null,
  grantee_id bigint not null references principal on delete cascade,
  privileges text[] not null check (cardinality(privileges) > 0),
  primary key (principal_id, home, grantee_id),
  foreign key (principal_id, home) references home on delete cascade
);
create index home_access_grantee on home_access (grantee_id);

alter table access add column inherited boolean not null default false;
alter table access drop constraint access_pkey;
alter table access add primary key (principal_id, collection_id, grantee_id, inherited);

-- What was granted on a resource of the files area, and so on all that is below it.
create table file_access (
  principal_id bigint not null,
  file_id bigint not null,
  grantee_id bigint not null references principal on delete cascade,
  privileges text[] not null check (cardinality(privileges) > 0),
  primary key (principal_id, file_id, grantee_id),
  foreign key (principal_id, file_id) references file on delete cascade
);
create index file_access_grantee on file_access (grantee_id);

-- Down Migration

drop table file_access;
delete from access where inherited;
alter table access drop constraint access_pkey;
alter table access add primary key (principal_id, collection_id, grantee_id);
alter table access drop column inherited;
drop table home_access;
