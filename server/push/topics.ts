/**
 * Which change concerns which subscription, and who may still be told: the two questions the statements of this
 * module ask, kept here as SQL. A subscription names a target: all homes of an owner, one home, or one collection.
 */
import { DEVICE } from "../store/change.ts";
import { AUTHENTICATED, isGrantedHomeRead, isGrantedRead } from "../store/grants.ts";
import { APPLE, WEB_PUSH } from "./transport.ts";

/** What a subscription is about. */
export interface Target {
  /** Id of the principal below whose homes the changes are. */
  readonly ownerId: number;
  /** The kind of home; null for all. */
  readonly home: string | null;
  /** Id of one collection in the home; null for all. */
  readonly collectionId: number | null;
}

/** Names of SQL expressions for the columns of a target and for who wants to read it. */
interface Asked {
  readonly reader: string;
  readonly owner: string;
  readonly home: string;
  readonly collection: string;
}

/** The columns of push_subscription, under the alias s. */
const SUBSCRIPTION: Asked = {
  reader: "s.principal_id",
  owner: "s.owner_id",
  home: "s.home",
  collection: "s.collection_id",
};

/**
 * The condition that somebody may read a target: the owner always, others when anything in it was granted to them; and
 * nobody whose account is disabled.
 */
export function mayRead({ reader, owner, home, collection }: Asked): string {
  return `exists (select from principal q where q.id = ${reader} and q.disabled_at is null)
    and case when ${reader} = ${owner} and ${collection}::bigint is null
      then exists (select from home h where h.principal_id = ${owner} and h.kind = coalesce(${home}, h.kind))
      else exists (
        select from binding b
        where b.owner_id = ${owner} and b.principal_id = ${owner} and b.home = coalesce(${home}, b.home)
          and b.collection_id = coalesce(${collection}, b.collection_id)
          and (${reader} = ${owner} or ${isGrantedRead(reader, "b.owner_id", "b.collection_id")})
      ) or ${collection}::bigint is null and ${isGrantedHomeRead(reader, owner, home)} end`;
}

/** The condition that the subscription s may be told: of a collection that went, whoever could read it then. */
export const MAY_BE_TOLD = `(s.removed_at is not null or (${mayRead(SUBSCRIPTION)}))`;

/** The changes of collections that others may read, for the subscriptions `s` to all that is shared which are joined to grants `a`. */
const sharedBy = (subscriptions: string) => `
    select s.id, s.on_content, false,
      s.principal_id, s.public_id, s.transport, s.endpoint, s.on_own, c.actor_id, c.silenced, c.first_at, c.last_at
    from changes c
    join access a on a.principal_id = c.principal_id and a.collection_id = c.collection_id
      and a.privileges && '{all,read}'
    ${subscriptions}`;

/**
 * Relation (id, content, property, first_at, last_at): the subscriptions that the relation `changes` concerns and which
 * triggers it meets. Any change below a home is a change of its content; a change of properties is one
 * of the collection or home that has them. Others than the owner hear only of collections and homes they may read.
 */
export const CONCERNED = `
  select m.id, bool_or(m.content) as content, bool_or(m.property) as property,
    min(m.first_at) as first_at, max(m.last_at) as last_at
  from (
    select s.id, s.on_content and (c.content or s.collection_id is distinct from c.collection_id) as content,
      s.on_property and c.property and s.collection_id is not distinct from c.collection_id as property,
      s.principal_id, s.public_id, s.transport, s.endpoint, s.on_own, c.actor_id, c.silenced, c.first_at, c.last_at
    from changes c
    join push_subscription s on s.owner_id = c.principal_id
      and (s.home is null or s.home = c.home)
      and (s.collection_id is null or s.collection_id = c.collection_id)
    where s.principal_id = s.owner_id or s.removed_at is not null
      or ${isGrantedRead("s.principal_id", "c.principal_id", "c.collection_id")}
      or ${isGrantedHomeRead("s.principal_id", "c.principal_id", "c.home")}
    union all
    ${sharedBy(`left join group_member g on g.group_id = a.grantee_id
      join push_subscription s on s.shared and s.principal_id in (a.grantee_id, g.member_id)`)}
    union all
    ${sharedBy(`join push_subscription s on s.shared and a.grantee_id = ${AUTHENTICATED}`)}
  ) m
  where (m.content or m.property)
    and (m.on_own or m.actor_id is distinct from m.principal_id)
    and not (m.actor_id = m.principal_id
      and m.silenced && array[m.public_id, case m.transport when '${APPLE}' then '${DEVICE}' || m.endpoint end])
    and not (m.transport = '${WEB_PUSH}' and '*' = any(m.silenced))
  group by m.id`;
