import type { Pool } from "pg";
import { rowsOf, type Statement } from "../store/query.ts";
import { MAY_BE_TOLD } from "./topics.ts";
import type { Delivery, Transport } from "./transport.ts";

/** What may be claimed of a transport now. */
export interface Room {
  /** Deliveries in all. */
  readonly free: number;
  /** Deliveries still allowed to the origins that have some under way. */
  readonly origins: ReadonlyMap<string, number>;
}

/** So many deliveries are looked at in the order of their time, before it is asked which lanes there are. */
const FRONT = 100;

/**
 * Relation open (topic, origin, ready_at, room, free_at): the lanes whose origins may take more, with when their first delivery
 * is ready, how many they may take, and until when they are left alone. $1 transport, $2 its topics, $3 how many an
 * origin, $4 origins that have some under way and $5 what is left to each.
 *
 * What is ready is mostly found at the front of all that waits. When the whole front is ready, there may be more behind it, and
 * the front may be all of one service that takes no more now; so then the lanes are found one by one, with a step
 * through the index for each. Either way the cost is not that of the length of the queue.
 *
 * A limit that Postgres cannot know beforehand makes it read the index in order, and leaves it no reason to plan anew each
 * time for the values of the day.
 */
const LANES = `
front as (
  select topic, origin, ready_at from push_delivery where transport = $1 order by ready_at limit (select ${FRONT})
), walk as (
  (select topic, origin, ready_at from push_delivery
   where transport = $1 and (select count(*) = ${FRONT} and max(ready_at) <= now() from front)
   order by topic, origin, ready_at limit 1)
  union all
  select next.* from walk, lateral (
    select d.topic, d.origin, d.ready_at from push_delivery d
    where d.transport = $1 and (d.topic, d.origin) > (walk.topic, walk.origin)
    order by d.topic, d.origin, d.ready_at limit 1
  ) next
), lanes as (
  select topic, origin, min(ready_at) as ready_at from (select * from front union all select * from walk) l
  where topic = any($2) group by topic, origin
), open as (
  select l.*, coalesce(busy.room, $3) as room, o.blocked_until as free_at
  from lanes l
  left join unnest($4::text[], $5::int[]) as busy (origin, room) on busy.origin = l.origin
  left join push_origin o on o.origin = l.origin
  where coalesce(busy.room, $3) > 0
)`;

/**
 * Claims ready deliveries. Where the subscriber may no longer read what the subscription is about, the delivery is
 * dropped, and unless the account is merely disabled, the subscription ends. $6 how many; $7 lease in seconds.
 * A claim ends by itself with the lease, so a process that dies while sending loses nothing.
 *
 * Rows are looked up by arrays and one by one, which Postgres can only do by their keys. From joins it made a walk through all
 * subscriptions for each delivery, asking of each what it may read, where it believed the tables to be as empty as
 * when it last looked: ten thousand new subscriptions then took longer than a statement may.
 */
const CLAIM: Statement = {
  name: "push-claim",
  text: `
with recursive ${LANES}, ready as (
  select * from open
  where ready_at <= now() and (free_at is null or free_at <= now())
  order by ready_at limit $6
), candidates as (
  select d.subscription_id, d.ready_at, ready.room,
    row_number() over (partition by ready.origin order by d.ready_at) as place
  from ready, lateral (
    select subscription_id, ready_at from push_delivery
    where transport = $1 and topic = ready.topic and origin = ready.origin and ready_at <= now()
    order by ready_at limit ready.room
  ) d
), chosen as (
  select subscription_id from candidates where place <= room order by ready_at limit $6
), due as (
  select d.subscription_id, d.attempts > 0 or d.claimed_until is not null as tried
  from push_delivery d
  where d.subscription_id = any(array(select subscription_id from chosen)) and d.ready_at <= now()
  for update of d skip locked
), subscription as (
  select s.*, due.tried, ${MAY_BE_TOLD} as may_be_told
  from due, lateral (select * from push_subscription where id = due.subscription_id offset 0) s
), refused as (
  delete from push_delivery
  where subscription_id = any(array(select id from subscription where not may_be_told))
), ended as (
  delete from push_subscription where id = any(array(
    select s.id from push_subscription s
    where s.id = any(array(
      select u.id from subscription u join principal q on q.id = u.principal_id
      where not u.may_be_told and q.disabled_at is null
    ))
    for update of s skip locked
  ))
), claimed as (
  update push_delivery d set claimed_until = now() + make_interval(secs => $7)
  where d.subscription_id = any(array(select id from subscription where may_be_told))
  returning d.*
)
select s.id, s.public_id, s.principal_id, s.endpoint, s.origin, s.topic, s.owner_id, s.home, s.collection_id,
  s.removed_at is not null as removed, s.details, s.told,
  c.content, c.property, c.generation, c.attempts, s.tried, c.first_changed_at, c.last_changed_at,
  now() as claimed_at
from claimed c join subscription s on s.id = c.subscription_id`,
};

/** The end of a full front in which nothing is open counts, too: what comes after it has not been looked at. */
const NEXT_READY: Statement = {
  name: "push-next-ready",
  text: `
with recursive ${LANES}
select extract(epoch from least(
  (select min(greatest(ready_at, free_at)) from open),
  (select max(ready_at) from front having count(*) = ${FRONT} and max(ready_at) > now())
) - now())::float8 as seconds`,
};

interface ClaimRow {
  id: number;
  public_id: string;
  principal_id: number;
  endpoint: string;
  origin: string;
  topic: string;
  owner_id: number;
  home: string | null;
  collection_id: number | null;
  removed: boolean;
  details: Record<string, unknown>;
  told: Record<string, unknown>;
  content: boolean;
  property: boolean;
  generation: number;
  attempts: number;
  tried: boolean;
  first_changed_at: Date;
  last_changed_at: Date;
  claimed_at: Date;
}

function toDelivery(row: ClaimRow): Delivery {
  return {
    subscriptionId: row.id,
    publicId: row.public_id,
    principalId: row.principal_id,
    endpoint: row.endpoint,
    origin: row.origin,
    topic: row.topic,
    target: { ownerId: row.owner_id, home: row.home, collectionId: row.collection_id },
    removed: row.removed,
    details: row.details,
    told: row.told,
    content: row.content,
    property: row.property,
    generation: row.generation,
    attempts: row.attempts,
    tried: row.tried,
    firstChangedAt: row.first_changed_at,
    lastChangedAt: row.last_changed_at,
    claimedAt: row.claimed_at,
  };
}

function parametersOf(transport: Transport, { origins }: Room): unknown[] {
  const { name, perOrigin } = transport;
  return [name, transport.topics(), perOrigin, [...origins.keys()], [...origins.values()]];
}

/** Claims ready deliveries of a transport, as many as there is room for, for `lease` seconds. */
export async function claim(
  pool: Pool,
  transport: Transport,
  room: Room,
  lease: number,
): Promise<Delivery[]> {
  const values = [...parametersOf(transport, room), room.free, lease];
  return (await rowsOf<ClaimRow>(pool, CLAIM, values)).map(toDelivery);
}

/**
 * Seconds until a delivery of the transport can be claimed (not positive when one can), or null when none waits but
 * for room at its origin. It may be too few, never too many.
 */
export async function nextReady(
  pool: Pool,
  transport: Transport,
  room: Room,
): Promise<number | null> {
  const values = parametersOf(transport, room);
  const [row] = await rowsOf<{ seconds: number | null }>(pool, NEXT_READY, values);
  return row?.seconds ?? null;
}
