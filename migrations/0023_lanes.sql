-- Up Migration

-- Deliveries wait in lanes, one for each transport, topic and push service: those of the subscription. So those of a service
-- that takes no more now need not be looked through to find others'.
alter table push_delivery
  add column transport text,
  add column topic text,
  add column origin text,
  -- When it can be claimed: it is due, and whoever claimed it has not told in time what became of it.
  add column ready_at timestamptz not null generated always as (greatest(due_at, claimed_until)) stored;
update push_delivery d set transport = s.transport, topic = s.topic, origin = s.origin
from push_subscription s where s.id = d.subscription_id;
alter table push_delivery
  alter column transport set not null,
  alter column topic set not null,
  alter column origin set not null;
drop index push_delivery_due;
create index push_delivery_ready on push_delivery (transport, ready_at);
create index push_delivery_lane on push_delivery (transport, topic, origin, ready_at);

-- Down Migration

drop index push_delivery_ready;
create index push_delivery_due on push_delivery (due_at);
alter table push_delivery
  drop column transport, drop column topic, drop column origin, drop column ready_at;
