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

/**
 * The deliveries of a transport that nobody has claimed and no origin holds up. $1 transport, $2 its topics, $3 origins
 * that are full.
 */
const WAITING = `
  from push_delivery d
  join push_subscription s on s.id = d.subscription_id
  left join push_origin o on o.origin = s.origin
  where s.transport = $1 and s.topic = any($2) and s.origin <> all($3::text[])`;

/**
 * Claims due deliveries. Where the subscriber may no longer read what the subscription is about, the delivery is
 * dropped, and unless the account is merely disabled, the subscription ends. $4 how
 * many, $5 how many an origin, $6 origins that have some under way and $7 what is left to each; $8 lease in seconds.
 * A claim ends by itself with the lease, so a process that dies while sending loses nothing.
 */
const CLAIM: Statement = {
  name: "push-claim",
  text: `
with candidates as (
  select c.*, row_number() over (partition by c.origin order by c.due_at) as place
  from (
    select d.subscription_id, d.due_at, s.origin ${WAITING}
      and d.due_at <= now() and (d.claimed_until is null or d.claimed_until <= now())
      and (o.blocked_until is null or o.blocked_until <= now())
    order by d.due_at limit $4 * 4
  ) c
), due as (
  select d.subscription_id, d.attempts > 0 or d.claimed_until is not null as tried
  from candidates c
  join push_delivery d on d.subscription_id = c.subscription_id
  left join unnest($6::text[], $7::int[]) as busy (origin, room) on busy.origin = c.origin
  where c.place <= coalesce(busy.room, $5)
    and d.due_at <= now() and (d.claimed_until is null or d.claimed_until <= now())
  order by d.due_at limit $4
  for update of d skip locked
), readable as (
  select s.* from due join push_subscription s on s.id = due.subscription_id where ${MAY_BE_TOLD}
), refused as (
  delete from push_delivery d using due
  where d.subscription_id = due.subscription_id and d.subscription_id not in (select id from readable)
), ended as (
  delete from push_subscription s using due, principal q
  where s.id = due.subscription_id and s.id not in (select id from readable)
    and q.id = s.principal_id and q.disabled_at is null
), claimed as (
  update push_delivery d set claimed_until = now() + make_interval(secs => $8)
  from readable where d.subscription_id = readable.id
  returning d.*
)
select s.id, s.public_id, s.principal_id, s.endpoint, s.origin, s.topic, s.owner_id, s.home, s.collection_id,
  s.removed_at is not null as removed, s.details, s.told,
  c.content, c.property, c.generation, c.attempts, due.tried, c.first_changed_at, c.last_changed_at,
  now() as claimed_at
from claimed c join readable s on s.id = c.subscription_id join due on due.subscription_id = s.id`,
};

const NEXT_DUE: Statement = {
  name: "push-next-due",
  text: `
select extract(epoch from min(greatest(d.due_at, d.claimed_until, o.blocked_until)) - now())::float8 as seconds
${WAITING}`,
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

function fullOrigins({ origins }: Room): string[] {
  return [...origins].filter(([, room]) => room <= 0).map(([origin]) => origin);
}

/** Claims due deliveries of a transport, as many as there is room for, for `lease` seconds. */
export async function claim(
  pool: Pool,
  transport: Transport,
  room: Room,
  lease: number,
): Promise<Delivery[]> {
  const rows = await rowsOf<ClaimRow>(pool, CLAIM, [
    transport.name,
    transport.topics(),
    fullOrigins(room),
    room.free,
    transport.perOrigin,
    [...room.origins.keys()],
    [...room.origins.values()],
    lease,
  ]);
  return rows.map(toDelivery);
}

/**
 * Seconds until a delivery of the transport can be claimed (not positive when one can), or null when none waits but
 * for room at its origin.
 */
export async function nextDue(
  pool: Pool,
  transport: Transport,
  room: Room,
): Promise<number | null> {
  const values = [transport.name, transport.topics(), fullOrigins(room)];
  const [row] = await rowsOf<{ seconds: number | null }>(pool, NEXT_DUE, values);
  return row?.seconds ?? null;
}
