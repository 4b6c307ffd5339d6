import type { Pool } from "pg";
import { DUE, OUTBOX_CHANNEL } from "../store/nudge.ts";
import { rowsOf, type Connection, type Statement } from "../store/query.ts";
import { inTransaction } from "../store/transaction.ts";
import { MAY_BE_TOLD, mayRead, type Target } from "./topics.ts";
import type { Delivery } from "./transport.ts";

/** Days after which a subscription that was announced to in vain all the time ends. */
const FAILING_DAYS = 14;

const MAX_USER_AGENT = 255;

export interface NewSubscription {
  readonly principalId: number;
  /** The app password it was made with, with which it ends; null or absent for the account's own password. */
  readonly appPassword?: number | null;
  readonly transport: string;
  /** What makes it the same subscription when it is asked for again; unique in the transport. */
  readonly identity: string;
  readonly endpoint: string;
  /** Scheme, host and port of the endpoint; "" where the transport knows only one. */
  readonly origin: string;
  readonly target: Target;
  readonly topic: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly userAgent: string;
  readonly address: string;
  readonly expiresAt: Date;
  /** Also whatever others granted to the principal; false when absent. */
  readonly shared?: boolean;
  /** Which changes are announced; all when absent. */
  readonly on?: { readonly content: boolean; readonly property: boolean; readonly own: boolean };
  /** Whether nothing is announced until {@link activate}; false when absent. */
  readonly silent?: boolean;
}

/** A target in one home. */
type Keyed = Target & { readonly home: string };

/** How many subscriptions of a transport a principal may have, and what becomes of one more. */
export interface Allowance {
  readonly most: number;
  /** Whether the least recently refreshed makes room; the new one is refused otherwise. */
  readonly evict: boolean;
}

/** A subscription that was recorded, or why not. */
export type Recorded =
  | { readonly kind: "created" | "refreshed"; readonly id: number; readonly publicId: string }
  /** The target is not there or the principal may not read it: callers must not tell these apart to clients. */
  | { readonly kind: "refused" }
  /** The principal has as many as allowed. */
  | { readonly kind: "full" };

/** Whether $1 may subscribe to the target ($2, $3, $4). */
const ASKED = {
  reader: "$1::bigint",
  owner: "$2::bigint",
  home: "$3::text",
  collection: "$4::bigint",
};
const READABLE: Statement = {
  name: "push-readable",
  text: `select ${mayRead(ASKED)} as readable`,
};

/** One subscription of a principal at a time, so that the allowance holds. */
const LOCK: Statement = {
  name: "push-lock-subscriber",
  text: "select from principal where id = $1 for no key update",
};

const EVICT: Statement = {
  name: "push-evict",
  text: "delete from push_subscription where id = any($1)",
};

/** Others of the transport $2 that $1 has, least recently refreshed last, but for the one with the identity $3. */
const OTHERS: Statement = {
  name: "push-others",
  text: `select id from push_subscription
  where principal_id = $1 and transport = $2 and identity <> $3 order by refreshed_at desc, id desc offset $4`,
};

/** Makes, refreshes or takes over. xmax is 0 in a row that was inserted. */
const RECORD: Statement = {
  name: "push-record",
  text: `
insert into push_subscription as s
  (principal_id, transport, identity, endpoint, origin, owner_id, home, collection_id, shared,
   on_content, on_property, on_own, topic, details, user_agent, address, expires_at, created_at, refreshed_at,
   silent_since, app_password_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18,
   case when $19 then $18::timestamptz end, $20)
on conflict (transport, identity) do update set
  principal_id = excluded.principal_id, endpoint = excluded.endpoint, origin = excluded.origin,
  owner_id = excluded.owner_id, home = excluded.home, collection_id = excluded.collection_id, shared = excluded.shared,
  on_content = excluded.on_content, on_property = excluded.on_property, on_own = excluded.on_own,
  topic = excluded.topic, details = excluded.details, user_agent = excluded.user_agent, address = excluded.address,
  expires_at = excluded.expires_at, refreshed_at = excluded.refreshed_at, silent_since = excluded.silent_since,
  failing_since = null, app_password_id = excluded.app_password_id
returning s.id, s.public_id as "publicId", s.xmax = 0 as created`,
};

/**
 * What waits for a subscription that was refreshed waits where it belongs now. Whoever adds a delivery locks its
 * subscription, as the refreshing does, so that none is missed.
 */
const MOVE: Statement = {
  name: "push-move",
  text: `
update push_delivery d set topic = s.topic, origin = s.origin
from push_subscription s where s.id = $1 and d.subscription_id = s.id and (d.topic, d.origin) <> (s.topic, s.origin)`,
};

/** The home or the collection with the push key $1. */
const KEYED: Statement = {
  name: "push-keyed",
  text: `select principal_id as "ownerId", kind as home, null::bigint as "collectionId" from home where push_key = $1
    union all
    select b.owner_id, b.home, b.collection_id from collection c
    join binding b on b.owner_id = c.principal_id and b.collection_id = c.id and b.principal_id = c.principal_id
    where c.push_key = $1`,
};

/** What a CS:pushkey names: a home, or a collection as others than its owner see it; or null. */
export async function findTargetOfKey(pool: Pool, key: string): Promise<Keyed | null> {
  const [found] = await rowsOf<Keyed>(pool, KEYED, [key]);
  return found ?? null;
}

/**
 * Records a subscription, or refreshes it when its identity is known: the row then belongs to the principal that
 * asked last.
 */
export function recordSubscription(
  pool: Pool,
  subscription: NewSubscription,
  allowance: Allowance,
  now: Date,
): Promise<Recorded> {
  return inTransaction(pool, "begin", (client) =>
    recordWithin(client, subscription, allowance, now),
  );
}

/** {@link recordSubscription} in a transaction of the caller's. */
export async function recordWithin(
  db: Connection,
  subscription: NewSubscription,
  allowance: Allowance,
  now: Date,
): Promise<Recorded> {
  const { principalId, transport, identity, target } = subscription;
  const { ownerId, home, collectionId } = target;
  await rowsOf(db, LOCK, [principalId]);
  const asked = [principalId, ownerId, home, collectionId];
  const [found] = await rowsOf<{ readable: boolean }>(db, READABLE, asked);
  if (!found?.readable) return { kind: "refused" };
  const { most, evict } = allowance;
  const others = [principalId, transport, identity, most - 1];
  const crowded = (await rowsOf<{ id: number }>(db, OTHERS, others)).map(({ id }) => id);
  if (crowded.length > 0 && !evict) return { kind: "full" };
  if (crowded.length > 0) await rowsOf(db, EVICT, [crowded]);
  return record(db, subscription, now);
}

async function record(db: Connection, subscription: NewSubscription, now: Date): Promise<Recorded> {
  const { target, on = { content: true, property: true, own: true } } = subscription;
  const [row] = await rowsOf<{ id: number; publicId: string; created: boolean }>(db, RECORD, [
    subscription.principalId,
    subscription.transport,
    subscription.identity,
    subscription.endpoint,
    subscription.origin,
    target.ownerId,
    target.home,
    target.collectionId,
    subscription.shared ?? false,
    on.content,
    on.property,
    on.own,
    subscription.topic,
    JSON.stringify(subscription.details),
    subscription.userAgent.slice(0, MAX_USER_AGENT),
    subscription.address,
    subscription.expiresAt,
    now,
    subscription.silent ?? false,
    subscription.appPassword ?? null,
  ]);
  if (!row) throw new Error("a subscription was not recorded");
  const { id, publicId, created } = row;
  if (!created) await rowsOf(db, MOVE, [id]);
  return { kind: created ? "created" : "refreshed", id, publicId };
}

/** Announces to a silent subscription from now on. @public */
export async function activate(pool: Pool, id: number): Promise<void> {
  await pool.query("update push_subscription set silent_since = null where id = $1", [id]);
}

/** Makes a delivery to a subscription due now, whatever changed or not, even when it is silent. */
export async function deliverNow(pool: Pool, id: number): Promise<void> {
  await pool.query(
    `insert into push_delivery as d
       (subscription_id, transport, topic, origin, first_changed_at, last_changed_at, latest_at, due_at)
     select id, transport, topic, origin, clock_timestamp(), clock_timestamp(), now(), now()
     from push_subscription where id = $1 for no key update
     on conflict (subscription_id) do update set generation = d.generation + 1, due_at = now()`,
    [id],
  );
  await pool.query("select pg_notify($1, $2)", [OUTBOX_CHANNEL, DUE]);
}

/** Sends a push to try whether it arrives; transports that say what changed see `test` in what was told. */
export async function deliverTest(pool: Pool, id: number): Promise<void> {
  await pool.query(`update push_subscription set told = told || '{"test": true}' where id = $1`, [
    id,
  ]);
  await deliverNow(pool, id);
}

/**
 * Ends a subscription of a principal.
 *
 * @returns whether there was one that had not expired
 */
export async function endSubscription(
  pool: Pool,
  {
    transport,
    principalId,
    publicId,
  }: { transport: string; principalId: number; publicId: string },
  now: Date,
): Promise<boolean> {
  const { rows } = await pool.query<{ valid: boolean }>(
    `delete from push_subscription where transport = $1 and principal_id = $2 and public_id = $3
     returning expires_at > $4 as valid`,
    [transport, principalId, publicId, now],
  );
  return rows[0]?.valid ?? false;
}

/**
 * Ends subscriptions that expired, could not be announced to for 14 days, whose subscribers lost access, or whose
 * collection went without their being told, as they wished; those of disabled accounts stay, for the account may come
 * back. Returns how many.
 */
export async function expireSubscriptions(pool: Pool, now: Date): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from push_subscription where id in (
       select s.id from push_subscription s
       where s.expires_at < $1
         or s.failing_since < $1::timestamptz - make_interval(days => ${FAILING_DAYS})
         or s.removed_at < $1::timestamptz - interval '1 hour'
           and not exists (select from push_delivery d where d.subscription_id = s.id)
         or not ${MAY_BE_TOLD} and exists (select from principal q where q.id = s.principal_id and q.disabled_at is null)
       order by s.id for update of s
     )`,
    [now],
  );
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
    `delete from push_subscription where id in (
       select id from push_subscription
       where transport = $1 and endpoint = $2 and topic = $3 and refreshed_at <= $4 order by id for update
     ) returning id`,
    [transport, delivery.endpoint, delivery.topic, since],
  );
  return rows.some((row) => row.id === delivery.subscriptionId);
}

/** Sends nothing more to a subscription until it is made again. */
export async function markStale(pool: Pool, id: number, error: string): Promise<void> {
  await pool.query(
    `with dropped as (delete from push_delivery where subscription_id = $1)
     update push_subscription set silent_since = now(), last_attempt_at = now(), last_error = $2
     where id = $1`,
    [id, error],
  );
}
