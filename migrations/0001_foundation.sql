-- Up Migration

-- A principal is whoever may own collections or be granted access (RFC 3744 section 2).
create table principal (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('individual', 'group', 'room', 'resource')),
  name text not null unique check (name <> '' and octet_length(name) <= 255),
  display_name text not null,
  password_hash text,
  disabled_at timestamptz,
  last_login_at timestamptz,
  properties jsonb not null default '{}',
  created_at timestamptz not null default now()
);

-- Calendar user addresses (RFC 6638 section 2.4.1), the preferred one first.
create table principal_address (
  principal_id bigint not null references principal on delete cascade,
  position smallint not null,
  address text not null,
  primary key (principal_id, position)
);
create unique index principal_address_address on principal_address (lower(address));

-- A home holds the bindings of one principal for one protocol. Its counter numbers every change
-- below it; taking the next number locks the row, so commit order is number order.
create table home (
  principal_id bigint not null references principal on delete cascade,
  kind text not null check (kind in ('calendars', 'addressbooks')),
  uuid uuid not null unique default gen_random_uuid(),
  sync_seq bigint not null default 1,
  push_key text not null unique,
  properties jsonb not null default '{}',
  primary key (principal_id, kind)
);

-- A collection of objects. sync_seq is its home's counter at the last change of the collection or a member.
create table collection (
  principal_id bigint not null references principal on delete cascade,
  id bigint generated always as identity,
  kind text not null check (kind in ('calendar', 'addressbook')),
  uuid uuid not null unique default gen_random_uuid(),
  sync_seq bigint not null,
  components text[] not null default '{}',
  properties jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (principal_id, id)
);

-- A binding puts a collection into a home under a name (RFC 5842 uses the word so). The row stays as
-- a tombstone, without a collection, when the name is unmapped.
create table binding (
  principal_id bigint not null,
  home text not null,
  name text not null check (name <> '' and octet_length(name) <= 255),
  owner_id bigint,
  collection_id bigint,
  changed_seq bigint not null,
  primary key (principal_id, home, name),
  foreign key (principal_id, home) references home on delete cascade,
  foreign key (owner_id, collection_id) references collection on delete set null,
  check ((owner_id is null) = (collection_id is null))
);
create unique index binding_collection on binding (owner_id, collection_id, principal_id);

-- One row per member name ever used: the object, or (data is null) its tombstone (RFC 6578 section 3.5.1).
create table object (
  principal_id bigint not null,
  collection_id bigint not null,
  name text not null check (name <> '' and octet_length(name) <= 255),
  changed_seq bigint not null,
  uid text,
  component text,
  etag text,
  content_type text,
  data bytea,
  properties jsonb not null default '{}',
  created_at timestamptz not null,
  modified_at timestamptz not null,
  primary key (principal_id, collection_id, name),
  foreign key (principal_id, collection_id) references collection on delete cascade,
  check ((data is null) = (uid is null) and (data is null) = (etag is null) and (data is null) = (content_type is null))
);
create unique index object_changed on object (principal_id, collection_id, changed_seq);
create unique index object_uid on object (principal_id, collection_id, uid) where uid is not null;

-- When the components of a calendar object take place, in Unix seconds, [starts, ends). Floating rows are
-- wall-clock time read as if it were UTC. A row that is not exact only nominates the object: the
-- filter in dav/icalendar decides. The class bounds the length of a row, so that a search for
-- overlaps reads only rows that begin shortly before the range.
create table occurrence (
  principal_id bigint not null,
  collection_id bigint not null,
  object_name text not null,
  component text not null,
  starts bigint not null,
  ends bigint not null,
  floating boolean not null,
  exact boolean not null,
  class smallint not null generated always as (
    case when ends - starts <= 86400 then 0 when ends - starts <= 2678400 then 1 else 2 end
  ) stored,
  foreign key (principal_id, collection_id, object_name) references object on delete cascade,
  check (starts < ends)
);
create index occurrence_time on occurrence (principal_id, collection_id, class, starts);
create index occurrence_object on occurrence (principal_id, collection_id, object_name);

-- What changed and has not been announced yet, written in the transaction of the change.
create table outbox (
  id bigint generated always as identity primary key,
  principal_id bigint not null,
  home text not null,
  collection_id bigint,
  seq bigint not null,
  change text not null check (change in ('content', 'property')),
  actor_id bigint,
  changed_at timestamptz not null default clock_timestamp()
);

-- A device or receiver that asked to be told about the topic named by push_key.
create table push_subscription (
  id bigint generated always as identity primary key,
  principal_id bigint not null references principal on delete cascade,
  transport text not null,
  endpoint text not null,
  push_key text not null,
  topic text not null,
  user_agent text not null default '',
  address text not null default '',
  created_at timestamptz not null,
  refreshed_at timestamptz not null,
  stale_since timestamptz,
  last_attempt_at timestamptz,
  last_success_at timestamptz,
  last_error text,
  unique (transport, endpoint, push_key)
);
create index push_subscription_key on push_subscription (push_key);
create index push_subscription_principal on push_subscription (principal_id);

-- At most one pending delivery per subscription. generation counts the changes folded into it, so a
-- sender can tell whether another came while it was sending.
create table push_delivery (
  subscription_id bigint primary key references push_subscription on delete cascade,
  generation bigint not null default 1,
  first_changed_at timestamptz not null,
  last_changed_at timestamptz not null,
  due_at timestamptz not null,
  claimed_until timestamptz,
  attempts integer not null default 0
);
create index push_delivery_due on push_delivery (due_at);

-- Down Migration

drop table push_delivery, push_subscription, outbox, occurrence, object, binding, collection, home, principal_address, principal;
