import type { Pool } from "pg";
import { rowsOf, type Statement } from "../store/query.ts";
import { KEYS_OF_HOME, READERS } from "./topics.ts";

/** Changes taken from the outbox by one statement. */
const BATCH = 500;

/** A lone change waits for this part of the window, in case more follow at once. */
const QUIET_PART = 0.25;

/**
 * The outbox becomes deliveries: one statement, so one transaction. $1 batch, $2 window and $3 quiet time in seconds.
 *
 * When a delivery is due: after a quiet time without another change, at the latest a window after the first
 * change, and never sooner than a window after the subscription's previous push. So a lone change is announced quickly,
 * a burst becomes one push per window, and the last change is always followed by one. A delivery that
 * waits because the push service asked for time is not hurried by further changes.
 */
const FAN_OUT: Statement = {
  name: "push-fan-out",
  text: `
with taken as (
  delete from outbox where id in (select id from outbox order by id limit $1 for update skip locked)
  returning principal_id, home, changed_at
), announced as (
  select k.push_key, min(t.changed_at) as first_at, max(t.changed_at) as last_at
  from taken t join (${KEYS_OF_HOME}) k on k.principal_id = t.principal_id and k.home = t.home
  group by k.push_key
), folded as (
  insert into push_delivery as d (subscription_id, first_changed_at, last_changed_at, due_at)
  select s.id, a.first_at, a.last_at,
    greatest(least(a.last_at + make_interval(secs => $3), a.first_at + make_interval(secs => $2)),
             s.last_attempt_at + make_interval(secs => $2))
  from announced a
  join push_subscription s on s.push_key = a.push_key
  join (${READERS}) r on r.push_key = s.push_key and r.reader_id = s.principal_id
  where s.stale_since is null
  order by s.id
  on conflict (subscription_id) do update set
    generation = d.generation + 1,
    last_changed_at = greatest(d.last_changed_at, excluded.last_changed_at),
    due_at = greatest(d.due_at, least(excluded.last_changed_at + make_interval(secs => $3),
                                      d.first_changed_at + make_interval(secs => $2)))
  returning 1
)
select (select count(*) from taken)::int as taken, (select count(*) from folded)::int as folded`,
};

/**
 * Takes committed changes from the outbox and gives every subscription to them one pending delivery.
 *
 * @param window seconds in which changes are folded into one push
 * @returns whether the outbox may hold more, and how many deliveries were made or moved
 */
export async function fanOut(
  pool: Pool,
  window: number,
): Promise<{ more: boolean; deliveries: number }> {
  const values = [BATCH, window, window * QUIET_PART];
  const [row] = await rowsOf<{ taken: number; folded: number }>(pool, FAN_OUT, values);
  const { taken, folded } = row ?? { taken: 0, folded: 0 };
  return { more: taken === BATCH, deliveries: folded };
}
