-- Up Migration

-- A calendar that mirrors a feed, which its property CS:source names: only the server changes its members.
alter table collection add column subscribed boolean not null default false;

-- When the feed of such a calendar is asked for next, and what came of it last.
create table feed (
  principal_id bigint not null,
  collection_id bigint not null,
  due_at timestamptz not null default now(),
  claimed_until timestamptz,
  failures integer not null default 0,
  -- What the feed's server calls the version that is stored.
  etag text,
  last_modified text,
  fetched_at timestamptz,
  error text,
  primary key (principal_id, collection_id),
  foreign key (principal_id, collection_id) references collection on delete cascade
);
create index feed_due on feed (due_at);

-- A password for one device or program, so that it can be taken back alone, and what it subscribed to with it.
create table app_password (
  id bigint generated always as identity primary key,
  principal_id bigint not null references principal on delete cascade,
  label text not null,
  -- SHA-256 is enough: they are made up at random, 125 bits, so that nothing is guessed by trying.
  hash bytea not null unique,
  created_at timestamptz not null default now(),
  last_used_at timestamptz
);
create index app_password_principal on app_password (principal_id);
alter table push_subscription add column app_password_id bigint references app_password on delete cascade;
create index push_subscription_app_password on push_subscription (app_password_id);

-- A client that waits for somebody to log in for it in a browser (Nextcloud's Login Flow v2).
create table login_flow (
  -- SHA-256 of what stands in the URL of the page, and of what the client asks with.
  page_hash bytea primary key,
  poll_hash bytea not null unique,
  client text not null,
  address text not null,
  expires_at timestamptz not null,
  -- Who let it in; null as long as nobody has.
  principal_id bigint references principal on delete cascade
);
create index login_flow_expires on login_flow (expires_at);

-- Down Migration

drop table login_flow;
alter table push_subscription drop column app_password_id;
drop table app_password;
drop table feed;
alter table collection drop column subscribed;
