import type { NewGrant } from "../../dav/store.ts";
import { change } from "./change.ts";
import { AUTHENTICATED } from "./grants.ts";
import type { Statement } from "./query.ts";

/**
 * Parts of a statement that replace what was granted on one thing.
 *
 * @param table where such grants are kept
 * @param key the columns that name the thing, each with its value in SQL
 * @param grantees to whom, and
 * @param privileges what: the parameters that `grantColumns` makes
 */
export function replacedGrants(
  table: string,
  key: Readonly<Record<string, string>>,
  grantees: string,
  privileges: string,
): string {
  const columns = Object.keys(key).join(", ");
  const isThing = Object.entries(key).map(([column, value]) => `${column} = ${value}`);
  return `everybody as (
    insert into principal (id, kind, name, display_name) overriding system value
    select ${AUTHENTICATED}, 'authenticated', 'DAV:authenticated', 'Everybody who is logged in'
    where ${AUTHENTICATED} = any(${grantees}::bigint[])
    on conflict do nothing
  ), revoked as (
    delete from ${table} where ${isThing.join(" and ")} and grantee_id <> all(${grantees}::bigint[])
  ), granted as (
    insert into ${table} (${columns}, grantee_id, privileges)
    select ${Object.values(key).join(", ")}, grantee, string_to_array(privileges, ' ')
    from unnest(${grantees}::bigint[], ${privileges}::text[]) as given (grantee, privileges)
    on conflict (${columns}, grantee_id) do update set privileges = excluded.privileges
  )`;
}

/** Replaces what was granted on the collection $4 itself, or with $7 what it inherits: to $5 the privileges $6. */
export const CHANGE_GRANTS = change(
  "change-grants",
  "property",
  "$4::bigint",
  `${replacedGrants("access", { principal_id: "$1", collection_id: "$4", inherited: "$7" }, "$5", "$6")}, changed as (
    update collection set sync_seq = seq from counter where principal_id = $1 and id = $4
  ), shown as (
    update binding set changed_seq = seq
    from counter where principal_id = $1 and home = $2 and collection_id = $4
  )`,
);

/** Replaces what was granted on the home: to $4 the privileges $5. */
export const CHANGE_HOME_GRANTS = change(
  "change-home-grants",
  "property",
  "null::bigint",
  replacedGrants("home_access", { principal_id: "$1", home: "$2" }, "$4", "$5"),
);

/** The collections that inherit what is granted on their home. */
export const COLLECTIONS_OF_HOME: Statement = {
  name: "collections-of-home",
  text: `select collection_id as id from binding
    where principal_id = $1 and home = $2 and collection_id is not null order by collection_id`,
};

/** Gives a new collection, of the relation `made`, what was granted on its home. */
export const INHERITED = `inherited as (
  insert into access (principal_id, collection_id, grantee_id, privileges, inherited)
  select $1, made.id, a.grantee_id, a.privileges, true
  from made join home_access a on a.principal_id = $1 and a.home = $2
)`;

/** Grants as two parameters: to whom, and what. */
export function grantColumns(grants: readonly NewGrant[]): unknown[] {
  return [
    grants.map(({ principalId }) => principalId ?? AUTHENTICATED),
    grants.map(({ privileges }) => privileges.join(" ")),
  ];
}
