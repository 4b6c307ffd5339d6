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

-- Down Migration

drop table feed;
alter table collection drop column subscribed;
