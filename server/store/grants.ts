import type { CollectionRow, Grant, HomeRow } from "../../dav/store.ts";
import { rowsOf, type Connection, type Statement } from "./query.ts";

/** The id of the principal that stands for everybody who is logged in; it is there once something is granted to it. */
export const AUTHENTICATED = 0;

/** Who a user is: the principal itself, the groups it belongs to, and everybody. */
export const identities = (actor: string) =>
  `(select ${actor}::bigint union all select ${AUTHENTICATED}
    union all select group_id from group_member where member_id = ${actor})`;

/** The column with the name of the grantee `q`; null for everybody. */
export const GRANTEE = `case when q.id <> ${AUTHENTICATED} then q.name end as principal`;

/**
 * The column collection_granted: what was granted to the actor on the collection `c`; null where the actor
 * is its owner, or the server itself, so that nothing is looked up there.
 *
 * @param actor the parameter with the id of who asks, or null
 */
export function grantedColumn(actor: string): string {
  return `case when ${actor}::bigint is null or c.principal_id = ${actor} then null else array(
      select distinct unnest(a.privileges) from access a
      where a.principal_id = c.principal_id and a.collection_id = c.id
        and a.grantee_id in ${identities(actor)}
    ) end as collection_granted`;
}

/** The column home_granted: what was granted to the actor on the home `h` itself; as grantedColumn. */
export function homeGrantedColumn(actor: string): string {
  return `case when ${actor}::bigint is null or h.principal_id = ${actor} then null else array(
      select distinct unnest(a.privileges) from home_access a
      where a.principal_id = h.principal_id and a.home = h.kind and a.grantee_id in ${identities(actor)}
    ) end as home_granted`;
}

/** The condition that reading a collection was granted to a user, other than its owner. All three are SQL. */
export function isGrantedRead(reader: string, owner: string, collection: string): string {
  return `exists (
      select from access a where a.principal_id = ${owner} and a.collection_id = ${collection}
        and a.grantee_id in ${identities(reader)} and a.privileges && '{all,read}'
    )`;
}

/**
 * The condition that reading all of a home was granted to a user, other than its owner; of any home where the SQL for its
 * kind is null.
 */
export function isGrantedHomeRead(reader: string, owner: string, home: string): string {
  return `exists (
      select from home_access a where a.principal_id = ${owner} and a.home = coalesce(${home}, a.home)
        and a.grantee_id in ${identities(reader)} and a.privileges && '{all,read}'
    )`;
}

/** The condition that the actor owns the home `h`, or was granted anything on or in it. */
export function homeIsVisible(actor: string): string {
  return `(${actor}::bigint is null or h.principal_id = ${actor} or exists (
      select from home_access a
      where a.principal_id = h.principal_id and a.home = h.kind and a.grantee_id in ${identities(actor)}
    ) or exists (
      select from access a
      join binding v on v.owner_id = a.principal_id and v.collection_id = a.collection_id
      where a.principal_id = h.principal_id and a.grantee_id in ${identities(actor)}
        and v.principal_id = h.principal_id and v.home = h.kind
    ))`;
}

const LIST_GRANTS: Statement = {
  name: "list-grants",
  text: `select a.collection_id as id, ${GRANTEE}, a.privileges, a.inherited
    from unnest($1::bigint[], $2::bigint[]) as c (owner_id, id)
    join access a on a.principal_id = c.owner_id and a.collection_id = c.id
    join principal q on q.id = a.grantee_id and q.disabled_at is null
    order by a.inherited, q.name`,
};

const LIST_HOME_GRANTS: Statement = {
  name: "list-home-grants",
  text: `select ${GRANTEE}, a.privileges, false as inherited
    from home_access a join principal q on q.id = a.grantee_id and q.disabled_at is null
    where a.principal_id = $1 and a.home = $2
    order by q.name`,
};

/** What was granted on a home. */
export function listHomeGrants(db: Connection, { owner, kind }: HomeRow): Promise<Grant[]> {
  return rowsOf<{ principal: string | null; privileges: string[]; inherited: boolean }>(
    db,
    LIST_HOME_GRANTS,
    [owner.id, kind],
  );
}

/** What was granted on each of the collections, by the collection's id. */
export async function listGrants(
  db: Connection,
  collections: readonly CollectionRow[],
): Promise<ReadonlyMap<number, readonly Grant[]>> {
  const owners = collections.map(({ home }) => home.owner.id);
  const ids = collections.map(({ id }) => id);
  const rows = await rowsOf<Grant & { id: number }>(db, LIST_GRANTS, [owners, ids]);
  return new Map(ids.map((id) => [id, rows.filter((row) => row.id === id)]));
}
