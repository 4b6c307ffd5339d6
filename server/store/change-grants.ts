import type { NewGrant } from "../../dav/store.ts";
import { change } from "./change.ts";
import type { Statement } from "./query.ts";

/** Replaces what was granted on the collection $4 itself, or with $7 what it inherits: to $5 the privileges $6. */
export const CHANGE_GRANTS = change(
  "change-grants",
  "property",
  "$4::bigint",
  `revoked as (
    delete from access where principal_id = $1 and collection_id = $4 and inherited = $7
      and grantee_id <> all($5::bigint[])
  ), granted as (
    insert into access (principal_id, collection_id, grantee_id, privileges, inherited)
    select $1, $4, grantee, string_to_array(privileges, ' '), $7
    from unnest($5::bigint[], $6::text[]) as given (grantee, privileges)
    on conflict (principal_id, collection_id, grantee_id, inherited) do update set privileges = excluded.privileges
  ), changed as (
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
  `revoked as (
    delete from home_access where principal_id = $1 and home = $2 and grantee_id <> all($4::bigint[])
  ), granted as (
    insert into home_access (principal_id, home, grantee_id, privileges)
    select $1, $2, grantee, string_to_array(privileges, ' ')
    from unnest($4::bigint[], $5::text[]) as given (grantee, privileges)
    on conflict (principal_id, home, grantee_id) do update set privileges = excluded.privileges
  )`,
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
    grants.map(({ principalId }) => principalId),
    grants.map(({ privileges }) => privileges.join(" ")),
  ];
}
