import type { Pool } from "pg";
import { rowsOf, type Statement } from "../store/query.ts";
import { READERS } from "./topics.ts";
import type { Delivery, Transport } from "./transport.ts";

/**
 * Claims due deliveries of a transport and drops those whose subscriber may no longer read the key.
 * $1 transport, $2 its topics, $3 how many, $4 lease in seconds. A claim ends by itself with the
 * lease, so a process that dies while sending loses nothing.
 */
const CLAIM: Statement = {
  name: "push-claim",
  text: `
with due as (
  select d.subscription_id, r.reader_id is not null as readable
  from push_delivery d
  join push_subscription s on s.id = d.subscription_id
  left join (${READERS}) r on r.push_key = s.push_key and r.reader_id = s.principal_id
  where s.transport = $1 and s.topic = any($2)
    and d.due_at <= now() and (d.claimed_until is null or d.claimed_until <= now())
  order by d.due_at limit $3
  for update of d skip locked
), refused as (
  delete from push_delivery d using due
  where d.subscription_id = due.subscription_id and not due.readable
), claimed as (
  update push_delivery d set claimed_until = now() + make_interval(secs => $4) from due
  where d.subscription_id = due.subscription_id and due.readable
  returning d.*
)
select s.id, s.endpoint, s.topic, s.push_key, c.generation, c.attempts, c.first_changed_at, c.last_changed_at
from claimed c join push_subscription s on s.id = c.subscription_id`,
};

const NEXT_DUE: Statement = {
  name: "push-next-due",
  text: `
select extract(epoch from min(greatest(d.due_at, d.claimed_until)) - now())::float8 as seconds
from push_delivery d join push_subscription s on s.id = d.subscription_id
where s.transport = $1 and s.topic = any($2)`,
};

/** Ends a delivery unless changes were folded into it meanwhile. $3 success, $4 error. */
const FINISH: Statement = {
  name: "push-finish",
  text: `
with finished as (
  delete from push_delivery where subscription_id = $1 and generation = $2 returning 1
), noted as (
  update push_subscription
  set last_attempt_at = now(), last_error = $4,
    last_success_at = case when $3 then now() else last_success_at end
  where id = $1
)
select count(*)::int as finished from finished`,
};

/** Makes a delivery due again for the changes that came while it was sent. $2 window in seconds. */
const REPEAT = `
update push_delivery
set claimed_until = null, attempts = 0, first_changed_at = last_changed_at,
  due_at = greatest(due_at, now() + make_interval(secs => $2))
where subscription_id = $1`;

const POSTPONE = `
with postponed as (
  update push_delivery
  set claimed_until = null, attempts = attempts + 1, due_at = now() + make_interval(secs => $2)
  where subscription_id = $1
)
update push_subscription set last_attempt_at = now(), last_error = $3 where id = $1`;

interface ClaimRow {
  id: number;
  endpoint: string;
  topic: string;
  push_key: string;
  generation: number;
  attempts: number;
  first_changed_at: Date;
  last_changed_at: Date;
}

/**
 * Claims up to `limit` due deliveries of a transport for `lease` seconds.
 */
export async function claim(
  pool: Pool,
  transport: Transport,
  limit: number,
  lease: number,
): Promise<Delivery[]> {
  const values = [transport.name, transport.topics(), limit, lease];
  const rows = await rowsOf<ClaimRow>(pool, CLAIM, values);
  return rows.map((row) => ({
    subscriptionId: row.id,
    endpoint: row.endpoint,
    topic: row.topic,
    pushKey: row.push_key,
    generation: row.generation,
    attempts: row.attempts,
    firstChangedAt: row.first_changed_at,
    lastChangedAt: row.last_changed_at,
  }));
}

/** Seconds until a delivery of the transport is due (not positive when one is), or null when none waits. */
export async function nextDue(pool: Pool, transport: Transport): Promise<number | null> {
  const values = [transport.name, transport.topics()];
  const [row] = await rowsOf<{ seconds: number | null }>(pool, NEXT_DUE, values);
  return row?.seconds ?? null;
}

/**
 * Ends a delivery. If changes were folded into it while it was on its way, it is due again after `window` seconds.
 *
 * @param error why it was given up, or null when it was handed over
 */
export async function finish(
  pool: Pool,
  delivery: Delivery,
  error: string | null,
  window: number,
): Promise<void> {
  const values = [delivery.subscriptionId, delivery.generation, error === null, error];
  const [row] = await rowsOf<{ finished: number }>(pool, FINISH, values);
  if (row?.finished === 0) await pool.query(REPEAT, [delivery.subscriptionId, window]);
}

/** Gives a delivery back after a failed attempt, due again in `delay` seconds. */
export async function postpone(
  pool: Pool,
  delivery: Delivery,
  error: string,
  delay: number,
): Promise<void> {
  await pool.query(POSTPONE, [delivery.subscriptionId, delay, error]);
}

/** Gives a delivery back as due as it was. */
export async function release(pool: Pool, delivery: Delivery): Promise<void> {
  await pool.query("update push_delivery set claimed_until = null where subscription_id = $1", [
    delivery.subscriptionId,
  ]);
}
