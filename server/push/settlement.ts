import type { Pool } from "pg";
import { rowsOf, type Connection, type Statement } from "../store/query.ts";
import type { Delivery } from "./transport.ts";

/** A delivery that is over: handed over, needless, or given up with an error. */
export interface Finished {
  readonly delivery: Delivery;
  /** Why it was given up, or null when it was not. */
  readonly error: string | null;
  /** Whether anything was sent. */
  readonly sent: boolean;
  /** What the receiver was told, to be noted; null leaves the note. */
  readonly told: Readonly<Record<string, unknown>> | null;
}

/** Seconds between pushes to one subscription at the most, however long a burst goes on. */
const LONGEST_GAP = 10;

/**
 * Ends deliveries, unless changes were folded into them meanwhile: those are due again a gap after the delivery was
 * claimed, so that no change waits longer than the longest gap, however slow the service. While pushes follow each other
 * as fast as they may, the gap doubles. A subscription ends with the delivery that told that its collection is gone. $1
 * subscriptions, $2 generations, $3 errors, $4 what was told, $5 the window in seconds, $6 whether anything was sent, $7 when
 * they were claimed, $8 whether the collection was gone then.
 *
 * What is decided by a delivery is decided by the row as it is once it is locked: a fan-out that ended while this waited for
 * it may have folded changes in that the snapshot does not show.
 *
 * Rows are looked up by arrays, as by a claim: the queue is empty most of the time, and while Postgres believed it to be so it
 * walked through all of it three times.
 */
const FINISH: Statement = {
  name: "push-finish",
  text: `
with given as (
  select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::jsonb[], $6::boolean[], $7::timestamptz[], $8::boolean[])
    as g (id, generation, error, told, sent, claimed_at, removed)
), locked as (
  select s.id from push_subscription s where s.id = any($1) order by s.id for no key update
), noted as (
  update push_subscription s set
    last_attempt_at = case when g.sent or g.error is not null then g.claimed_at else s.last_attempt_at end,
    last_error = g.error, told = coalesce(g.told, s.told),
    last_success_at = case when g.sent then now() else s.last_success_at end,
    delivered = s.delivered + g.sent::int,
    failing_since = case when g.error is null then null else coalesce(s.failing_since, now()) end,
    gap = case
      when g.sent and s.last_attempt_at > g.claimed_at - make_interval(secs => 2 * greatest($5::float8, s.gap))
      then least(2 * greatest($5::float8, s.gap), greatest($5::float8, ${LONGEST_GAP})) else 0 end
  from given g where s.id = any(array(select id from locked)) and s.id = g.id and not g.removed
  returning s.id, g.generation, g.claimed_at + make_interval(secs => greatest(s.gap, $5::float8)) as rested_at
), removed as (
  delete from push_subscription
  where id = any(array(select l.id from locked l join given g on g.id = l.id where g.removed))
), delivery as (
  select d.subscription_id as id, d.generation from push_delivery d
  where d.subscription_id = any(array(select id from noted)) order by d.subscription_id for update
), held as (
  select n.*, d.generation = n.generation as is_last from noted n join delivery d on d.id = n.id
), finished as (
  delete from push_delivery where subscription_id = any(array(select id from held where is_last))
)
update push_delivery d set claimed_until = null, attempts = 0, first_changed_at = d.last_changed_at,
  (latest_at, due_at) = (select h.rested_at, greatest(d.due_at, h.rested_at) from held h where h.id = d.subscription_id)
where d.subscription_id = any(array(select id from held where not is_last))`,
};

/** $2 seconds, $3 error. */
const POSTPONE = `
with postponed as (
  update push_delivery
  set claimed_until = null, attempts = attempts + 1, due_at = now() + make_interval(secs => $2)
  where subscription_id = $1
)
update push_subscription
set last_attempt_at = now(), last_error = $3, failing_since = coalesce(failing_since, now())
where id = $1`;

const RELEASE = `
with released as (update push_delivery set claimed_until = null where subscription_id = $1)
update push_subscription set last_error = $2 where id = $1`;

/** $1 origin, $2 seconds named by the service or null, $3 error. Doubles from 1 s to 5 min otherwise. */
const BLOCK = `
insert into push_origin as o (origin, failures, blocked_until, error)
values ($1, 1, now() + make_interval(secs => coalesce($2::float8, 1 + random())), $3)
on conflict (origin) do update set
  failures = o.failures + 1, error = excluded.error,
  blocked_until = greatest(o.blocked_until, now() + make_interval(
    secs => coalesce($2::float8, least(power(2, least(o.failures, 9)), 300) * (1 + random() / 2))))`;

const UNBLOCK = "delete from push_origin where origin = any($1)";

/** Ends deliveries. If changes were folded into one while it was on its way, it is due again after `window` seconds. */
export async function finish(
  db: Connection,
  finished: readonly Finished[],
  window: number,
): Promise<void> {
  await rowsOf(db, FINISH, [
    finished.map(({ delivery }) => delivery.subscriptionId),
    finished.map(({ delivery }) => delivery.generation),
    finished.map(({ error }) => error),
    finished.map(({ told }) => (told === null ? null : JSON.stringify(told))),
    window,
    finished.map(({ sent }) => sent),
    finished.map(({ delivery }) => delivery.claimedAt),
    finished.map(({ delivery }) => delivery.removed),
  ]);
}

/** Gives a delivery back after a failed attempt, due again in `delay` seconds. */
export async function postpone(
  pool: Pool,
  { subscriptionId }: Delivery,
  error: string,
  delay: number,
): Promise<void> {
  await pool.query(POSTPONE, [subscriptionId, delay, error]);
}

/** Gives a delivery back as due as it was, and notes what it waits for. */
export async function release(
  pool: Pool,
  { subscriptionId }: Delivery,
  error: string,
): Promise<void> {
  await pool.query(RELEASE, [subscriptionId, error]);
}

/**
 * Leaves a whole push service alone.
 *
 * @param seconds how long, if the service said so
 */
export async function blockOrigin(
  pool: Pool,
  origin: string,
  error: string,
  seconds: number | null,
): Promise<void> {
  await pool.query(BLOCK, [origin, seconds, error]);
}

/** Forgets the failures of push services that answered. */
export async function unblockOrigins(pool: Pool, origins: readonly string[]): Promise<void> {
  await pool.query(UNBLOCK, [origins]);
}

/** Milliseconds in which deliveries that are over are collected for one statement. */
const COLLECTING = 10;
const BATCH = 200;

interface Batch {
  readonly items: Finished[];
  readonly close: () => void;
  readonly done: Promise<void>;
}

/** Ends deliveries many at a time: a popular collection has thousands of subscriptions. */
export class Settlement {
  readonly #pool: Pool;
  readonly #window: number;
  #batch: Batch | null = null;

  /** @param window seconds until a delivery into which changes were folded is due again */
  constructor(pool: Pool, window: number) {
    this.#pool = pool;
    this.#window = window;
  }

  /** Resolves when the end of the delivery is in the database. */
  finish(finished: Finished): Promise<void> {
    this.#batch ??= this.#open();
    const { items, close, done } = this.#batch;
    items.push(finished);
    if (items.length >= BATCH) close();
    return done;
  }

  #open(): Batch {
    const items: Finished[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, COLLECTING);
    const done = promise.then(() => {
      clearTimeout(timer);
      this.#batch = null;
      return finish(this.#pool, items, this.#window);
    });
    return { items, close: resolve, done };
  }
}
