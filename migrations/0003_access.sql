-- Up Migration

-- Who belongs to a principal of kind group (RFC 3744 section 4.3).
create table group_member (
  group_id bigint not null references principal on delete cascade,
  member_id bigint not null references principal on delete cascade,
  primary key (group_id, member_id)
);
create index group_member_member on group_member (member_id, group_id);

-- What the owner of a collection granted to other principals: one row for each that was granted anything
-- (RFC 3744 section 5.5). Privileges are local names, as they were granted.
create table access (
  principal_id bigint not null,
  collection_id bigint not null,
  grantee_id bigint not null references principal on delete cascade,
  privileges text[] not null check (cardinality(privileges) > 0),
  primary key (principal_id, collection_id, grantee_id),
  foreign key (principal_id, collection_id) references collection on delete cascade
);
create index access_grantee on access (grantee_id, principal_id);

-- Down Migration

drop table access, group_member;
