-- Up Migration

-- Registrations that asked not to be told of the change, by their public id; '*' stands for all.
alter table outbox add column silenced text[] not null default '{}';

-- Subscriptions are made again by clients, so nothing is carried over but those of Apple's devices.
alter table push_subscription
  -- Its name in URLs and messages: 128 random bits.
  add column public_id text not null unique default replace(gen_random_uuid()::text, '-', ''),
  -- What makes it the same subscription when it is asked for again.
  add column identity text,
  -- Scheme, host and port of the endpoint; '' where the transport knows only one.
  add column origin text not null default '',
  -- Whose changes: below one home or all (null), of one collection or all (null).
  add column owner_id bigint references principal on delete cascade,
  add column home text,
  add column collection_id bigint,
  -- Also of whatever others granted to the subscriber.
  add column shared boolean not null default false,
  add column on_content boolean not null default true,
  add column on_property boolean not null default true,
  -- Whether changes by the subscriber are announced.
  add column on_own boolean not null default true,
  -- What only its transport understands: keys, parameters; and what the receiver was last told.
  add column details jsonb not null default '{}',
  add column told jsonb not null default '{}',
  add column expires_at timestamptz,
  -- When its collection went: the next delivery is the last.
  add column removed_at timestamptz,
  add column failing_since timestamptz,
  add column delivered bigint not null default 0,
  -- Seconds between pushes while changes go on; 0 when the last burst is over.
  add column gap real not null default 0;
alter table push_subscription rename column stale_since to silent_since;

update push_subscription s set owner_id = h.principal_id, home = h.kind,
  identity = s.endpoint || ' ' || s.push_key, details = jsonb_build_object('key', s.push_key),
  expires_at = s.refreshed_at + interval '14 days'
from home h where h.push_key = s.push_key;
delete from push_subscription where owner_id is null;

alter table push_subscription
  alter column identity set not null,
  alter column owner_id set not null,
  alter column expires_at set not null,
  drop column push_key,
  add unique (transport, identity);
create index push_subscription_target on push_subscription (owner_id, home, collection_id);
create index push_subscription_shared on push_subscription (principal_id) where shared;

-- Which triggers the folded changes met, and what further changes can postpone the delivery to.
delete from push_delivery;
alter table push_delivery
  add column latest_at timestamptz not null,
  add column content boolean not null default true,
  add column property boolean not null default false;

-- Push services that asked for time or do not answer.
create table push_origin (
  origin text primary key,
  failures integer not null,
  blocked_until timestamptz not null,
  error text not null
);

-- Down Migration

drop table push_origin;
alter table push_delivery drop column latest_at, drop column content, drop column property;
delete from push_subscription where transport <> 'apple';
alter table push_subscription rename column silent_since to stale_since;
alter table push_subscription add column push_key text;
update push_subscription set push_key = details ->> 'key';
alter table push_subscription
  alter column push_key set not null,
  drop column public_id, drop column identity, drop column origin, drop column owner_id, drop column home,
  drop column collection_id, drop column shared, drop column on_content, drop column on_property, drop column on_own,
  drop column details, drop column told, drop column expires_at, drop column removed_at, drop column failing_since,
  drop column delivered, drop column gap,
  add unique (transport, endpoint, push_key);
create index push_subscription_key on push_subscription (push_key);
alter table outbox drop column silenced;
