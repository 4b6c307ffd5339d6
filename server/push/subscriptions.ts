import type { Pool } from "pg";
import type { HomeKind } from "../../dav/store.ts";
import { READERS } from "./topics.ts";
import type { Delivery } from "./transport.ts";

/**
 * Seconds after which a subscription that was not refreshed ends: 14 days. Clients renew about daily whatever
 * refresh interval is published, so it is not derived from that.
 */
const LIFETIME = 14 * 86_400;

/** Subscriptions one principal may have; the least recently refreshed make room for new ones. */
const PER_PRINCIPAL = 200;

const MAX_USER_AGENT = 255;

export interface NewSubscription {
  readonly principalId: number;
  readonly transport: string;
  readonly endpoint: string;
  readonly pushKey: string;
  /** The topic by what kind of home the key names; no subscription is made where it is null. */
  readonly topics: Readonly<Record<HomeKind, string | null>>;
  readonly userAgent: string;
  readonly address: string;
}

/** A subscription as administrators see it. */
export interface SubscriptionRow {
  readonly id: number;
  readonly principal: string;
  readonly transport: string;
  readonly endpoint: string;
  readonly pushKey: string;
  readonly topic: string;
  readonly userAgent: string;
  readonly address: string;
  readonly createdAt: Date;
  readonly refreshedAt: Date;
  readonly staleSince: Date | null;
  readonly lastSuccessAt: Date | null;
  readonly lastError: string | null;
  /** When the pending delivery is due, if there is one. */
  readonly dueAt: Date | null;
}

/** Makes, refreshes or takes over. Makes no row unless $1 may read the key and its home has a topic. */
const RECORD = `
insert into push_subscription as s
  (principal_id, transport, endpoint, push_key, topic, user_agent, address, created_at, refreshed_at)
select r.reader_id, $2, $3, r.push_key, $5::jsonb ->> r.home, $6, $7, $8, $8
from (${READERS}) r
where r.reader_id = $1 and r.push_key = $4 and $5::jsonb ->> r.home is not null
on conflict (transport, endpoint, push_key) do update set
  principal_id = excluded.principal_id, topic = excluded.topic, user_agent = excluded.user_agent,
  address = excluded.address, refreshed_at = excluded.refreshed_at, stale_since = null
returning s.id`;

const MAKE_ROOM = `
delete from push_subscription where id in (
  select id from push_subscription where principal_id = $1
  order by refreshed_at desc, id desc offset $2)`;

const LIST = `
select s.id, p.name as principal, s.transport, s.endpoint, s.push_key as "pushKey", s.topic,
  s.user_agent as "userAgent", s.address, s.created_at as "createdAt", s.refreshed_at as "refreshedAt",
  s.stale_since as "staleSince", s.last_success_at as "lastSuccessAt", s.last_error as "lastError",
  d.due_at as "dueAt"
from push_subscription s
join principal p on p.id = s.principal_id
left join push_delivery d on d.subscription_id = s.id
where $1::text is null or p.name = $1
order by p.name, s.id`;

/**
 * Records a subscription, or refreshes it when (transport, endpoint, key) is known: the row then belongs to
 * the principal that asked last.
 *
 * @returns false, with nothing recorded, when the key is unknown, the principal may not read what it names, or
 *   its home has no topic: callers must not tell these apart to clients
 */
export async function recordSubscription(
  pool: Pool,
  subscription: NewSubscription,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await pool.query(RECORD, [
    subscription.principalId,
    subscription.transport,
    subscription.endpoint,
    subscription.pushKey,
    JSON.stringify(subscription.topics),
    subscription.userAgent.slice(0, MAX_USER_AGENT),
    subscription.address,
    now,
  ]);
  if (rowCount === 0) return false;
  await pool.query(MAKE_ROOM, [subscription.principalId, PER_PRINCIPAL]);
  return true;
}

/** Ends subscriptions not refreshed for 14 days. Returns how many. */
export async function expireSubscriptions(pool: Pool, now: Date): Promise<number> {
  const { rowCount } = await pool.query("delete from push_subscription where refreshed_at < $1", [
    new Date(now.getTime() - LIFETIME * 1000),
  ]);
  return rowCount ?? 0;
}

/**
 * Ends every subscription of an endpoint under the topic of a delivery, save those refreshed later than `since`.
 *
 * @returns whether the subscription of the delivery itself ended
 */
export async function endEndpoint(
  pool: Pool,
  transport: string,
  delivery: Delivery,
  since: Date,
): Promise<boolean> {
  const { rows } = await pool.query<{ id: number }>(
    `delete from push_subscription
     where transport = $1 and endpoint = $2 and topic = $3 and refreshed_at <= $4 returning id`,
    [transport, delivery.endpoint, delivery.topic, since],
  );
  return rows.some((row) => row.id === delivery.subscriptionId);
}

/** Sends nothing more to a subscription until it is made again. */
export async function markStale(pool: Pool, id: number, error: string): Promise<void> {
  await pool.query(
    `with dropped as (delete from push_delivery where subscription_id = $1)
     update push_subscription set stale_since = now(), last_attempt_at = now(), last_error = $2
     where id = $1`,
    [id, error],
  );
}

/** All subscriptions of a principal, or of everybody when `principal` is null. */
export async function listSubscriptions(
  pool: Pool,
  principal: string | null,
): Promise<SubscriptionRow[]> {
  const { rows } = await pool.query<SubscriptionRow>(LIST, [principal]);
  return rows;
}
