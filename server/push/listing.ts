import type { Pool } from "pg";
import { CONCERNED, MAY_BE_TOLD, type Target } from "./topics.ts";

/** A subscription as administrators see it. */
export interface SubscriptionRow extends Target {
  readonly id: number;
  readonly publicId: string;
  readonly principal: string;
  readonly transport: string;
  readonly endpoint: string;
  readonly owner: string;
  /** Name of the collection of the target; null where it has none or it is gone. */
  readonly collection: string | null;
  readonly topic: string;
  readonly userAgent: string;
  /** What the app password is called that it was made with; null for the account's own password. */
  readonly appPassword: string | null;
  readonly address: string;
  readonly createdAt: Date;
  readonly refreshedAt: Date;
  readonly expiresAt: Date;
  /** Since when nothing is announced: it must be verified, or made again. */
  readonly silentSince: Date | null;
  readonly lastAttemptAt: Date | null;
  readonly lastSuccessAt: Date | null;
  readonly lastError: string | null;
  readonly failingSince: Date | null;
  /** How many pushes were handed over. */
  readonly delivered: number;
  /** When the pending delivery is due, if there is one. */
  readonly dueAt: Date | null;
  /** Until when its push service is left alone, if it is. */
  readonly blockedUntil: Date | null;
  /** Whether it may be told at all. */
  readonly allowed: boolean;
}

const SELECT = `
select s.id, s.public_id as "publicId", p.name as principal, s.transport, s.endpoint, o.name as owner,
  s.owner_id as "ownerId", s.home, s.collection_id as "collectionId", b.name as collection, s.topic,
  s.user_agent as "userAgent", w.label as "appPassword", s.address, s.created_at as "createdAt", s.refreshed_at as "refreshedAt",
  s.expires_at as "expiresAt", s.silent_since as "silentSince", s.last_attempt_at as "lastAttemptAt",
  s.last_success_at as "lastSuccessAt", s.last_error as "lastError", s.failing_since as "failingSince",
  s.delivered, d.due_at as "dueAt", case when x.blocked_until > now() then x.blocked_until end as "blockedUntil",
  ${MAY_BE_TOLD} as allowed
from push_subscription s
join principal p on p.id = s.principal_id
join principal o on o.id = s.owner_id
left join binding b on b.principal_id = s.owner_id and b.owner_id = s.owner_id and b.collection_id = s.collection_id
left join app_password w on w.id = s.app_password_id
left join push_delivery d on d.subscription_id = s.id
left join push_origin x on x.origin = s.origin`;

/** All subscriptions of a principal, or of everybody when `principal` is null. */
export async function listSubscriptions(
  pool: Pool,
  principal: string | null,
): Promise<SubscriptionRow[]> {
  const { rows } = await pool.query<SubscriptionRow>(
    `${SELECT} where $1::text is null or p.name = $1 order by p.name, s.id`,
    [principal],
  );
  return rows;
}

/** The subscriptions whose public id begins like this. */
export async function findSubscriptions(pool: Pool, beginning: string): Promise<SubscriptionRow[]> {
  const { rows } = await pool.query<SubscriptionRow>(
    `${SELECT} where starts_with(s.public_id, $1) order by s.id limit 2`,
    [beginning],
  );
  return rows;
}

/** A collection of somebody, as an administrator names it. */
export interface NamedCollection {
  readonly ownerId: number;
  readonly home: string;
  readonly collectionId: number;
}

/** The subscriptions that a change in a collection concerns: what fan-out would find. */
export async function listConcerned(
  pool: Pool,
  { ownerId, home, collectionId }: NamedCollection,
): Promise<SubscriptionRow[]> {
  const { rows } = await pool.query<SubscriptionRow>(
    `with changes as (
      select $1::bigint as principal_id, $2::text as home, $3::bigint as collection_id, null::bigint as actor_id,
        '{}'::text[] as silenced, true as content, true as property, now() as first_at, now() as last_at
    )
    ${SELECT} where s.id in (select id from (${CONCERNED}) m) order by p.name, s.id`,
    [ownerId, home, collectionId],
  );
  return rows;
}

/** Collections of an account, all or the one with the name, by home and name. */
export async function findCollections(
  pool: Pool,
  owner: string,
  name: string | null,
): Promise<(NamedCollection & { readonly name: string })[]> {
  const { rows } = await pool.query<NamedCollection & { name: string }>(
    `select b.owner_id as "ownerId", b.home, b.collection_id as "collectionId", b.name
     from binding b join principal p on p.id = b.principal_id
     where p.name = $1 and b.collection_id is not null and ($2::text is null or b.name = $2)
     order by b.home desc, b.name`,
    [owner, name],
  );
  return rows;
}

/** How many changes nobody has taken yet, and since when. */
export async function readBacklog(pool: Pool): Promise<{ changes: number; since: Date | null }> {
  const { rows } = await pool.query<{ changes: number; since: Date | null }>(
    "select count(*) as changes, min(changed_at) as since from outbox",
  );
  return rows[0] ?? { changes: 0, since: null };
}
