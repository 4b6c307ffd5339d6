import { rowsOf, type Connection, type Statement } from "../store/query.ts";
import { CONCERNED, MAY_BE_TOLD } from "./topics.ts";
import type { Pace } from "./transport.ts";

/** Changes taken from the outbox by one statement. */
const BATCH = 500;

/**
 * The outbox becomes deliveries: one statement, so one transaction. $1 batch; $2 transports, with the $3 quiet time
 * and $4 window of each in seconds; $5 the time.
 *
 * When a delivery is due: after a quiet time without another change, at the latest a window after the first
 * change, and never sooner after the subscription's previous push than a window, or its gap, which grows while a
 * burst goes on. So a lone change is announced quickly, a burst becomes a few pushes, and the last change is always
 * followed by one. A delivery that waits because the push service asked for time is not hurried by further changes.
 *
 * Subscriptions are locked, so that their previous push is the one before this and not one before that which
 * the snapshot shows, while the end of a delivery is being written; and they and their deliveries always in the order of
 * their ids, as whoever ends deliveries does.
 */
const FAN_OUT: Statement = {
  name: "push-fan-out",
  text: `
with taken as (
  delete from outbox where id in (select id from outbox order by id limit $1 for update skip locked)
  returning principal_id, home, collection_id, change, actor_id, silenced, changed_at
), changes as (
  select principal_id, home, collection_id, actor_id, silenced,
    bool_or(change = 'content') as content, bool_or(change = 'property') as property,
    min(changed_at) as first_at, max(changed_at) as last_at
  from taken group by principal_id, home, collection_id, actor_id, silenced
), folded as (
  insert into push_delivery as d (subscription_id, transport, topic, origin, content, property,
    first_changed_at, last_changed_at, latest_at, due_at)
  select s.id, s.transport, s.topic, s.origin, m.content, m.property, m.first_at, m.last_at, m.first_at + make_interval(secs => p.longest),
    greatest(least(m.last_at + make_interval(secs => p.quiet), m.first_at + make_interval(secs => p.longest)),
             s.last_attempt_at + make_interval(secs => greatest(p.longest, s.gap)))
  from (${CONCERNED}) m
  join push_subscription s on s.id = m.id
  join unnest($2::text[], $3::float8[], $4::float8[]) as p (transport, quiet, longest) on p.transport = s.transport
  where s.silent_since is null and s.expires_at > $5 and ${MAY_BE_TOLD}
  order by s.id for no key update of s
  on conflict (subscription_id) do update set
    generation = d.generation + 1,
    content = d.content or excluded.content,
    property = d.property or excluded.property,
    last_changed_at = greatest(d.last_changed_at, excluded.last_changed_at),
    due_at = greatest(d.due_at, least(excluded.due_at, d.latest_at))
  returning 1
)
select (select count(*) from taken)::int as taken, (select count(*) from folded)::int as folded`,
};

/**
 * Takes committed changes from the outbox and gives every subscription they concern one pending delivery.
 *
 * @param paces by name of transport; subscriptions on other transports get none
 * @param now when expired subscriptions have ended
 * @returns whether the outbox may hold more, and how many deliveries were made or moved
 */
export async function fanOut(
  db: Connection,
  paces: Readonly<Record<string, Pace>>,
  now: Date,
): Promise<{ more: boolean; deliveries: number }> {
  const quiet = Object.values(paces).map((pace) => pace.quiet);
  const window = Object.values(paces).map((pace) => pace.window);
  const values = [BATCH, Object.keys(paces), quiet, window, now];
  const [row] = await rowsOf<{ taken: number; folded: number }>(db, FAN_OUT, values);
  const { taken, folded } = row ?? { taken: 0, folded: 0 };
  return { more: taken === BATCH, deliveries: folded };
}
