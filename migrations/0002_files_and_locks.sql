-- Up Migration

alter table home drop constraint home_kind_check;
alter table home add constraint home_kind_check check (kind in ('calendars', 'addressbooks', 'files'));

-- Ordinary WebDAV resources. A row without data is a collection; the one without parent is the home itself,
-- which every principal with a home of kind 'files' has. changed_seq is that home's counter.
create table file (
  principal_id bigint not null references principal on delete cascade,
  id bigint generated always as identity,
  parent_id bigint,
  name text not null check (octet_length(name) <= 255 and (name = '') = (parent_id is null)),
  changed_seq bigint not null,
  etag text,
  content_type text,
  data bytea,
  size bigint generated always as (octet_length(data)) stored,
  properties jsonb not null default '{}',
  created_at timestamptz not null default now(),
  modified_at timestamptz not null default now(),
  primary key (principal_id, id),
  unique (principal_id, parent_id, name),
  foreign key (principal_id, parent_id) references file,
  check ((data is null) = (etag is null) and (data is null) = (content_type is null))
);
create unique index file_home on file (principal_id) where parent_id is null;
create index file_size on file (principal_id) include (size) where size is not null;

-- A member name that was unmapped, for as long as its collection is there (RFC 6578 section 3.5.1).
create table file_tombstone (
  principal_id bigint not null,
  parent_id bigint not null,
  name text not null,
  changed_seq bigint not null,
  primary key (principal_id, parent_id, name),
  foreign key (principal_id, parent_id) references file on delete cascade
);

-- A write lock of WebDAV on a place in a home, mapped or not; it counts until it expires.
create table lock (
  principal_id bigint not null,
  token uuid not null default gen_random_uuid(),
  home text not null,
  names text[] not null,
  href text not null,
  infinite boolean not null,
  exclusive boolean not null,
  creator_id bigint not null references principal on delete cascade,
  owner text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (principal_id, token),
  foreign key (principal_id, home) references home on delete cascade
);
create index lock_home on lock (principal_id, home);
create index lock_creator on lock (creator_id);

insert into home (principal_id, kind, push_key)
select id, 'files', replace(gen_random_uuid()::text, '-', '') from principal where kind = 'individual';
insert into file (principal_id, name, changed_seq)
select principal_id, '', sync_seq from home where kind = 'files';

-- Down Migration

drop table lock, file_tombstone, file;
delete from outbox where home = 'files';
delete from home where kind = 'files';
alter table home drop constraint home_kind_check;
alter table home add constraint home_kind_check check (kind in ('calendars', 'addressbooks'));
