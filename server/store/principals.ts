import type { PrincipalRow, PrincipalSearch, StoredProperties } from "../../dav/store.ts";
import { rowsOf, type Connection, type Statement } from "./query.ts";

const related = (self: string, other: string) => `array(
    select q.name from group_member m join principal q on q.id = m.${other} and q.disabled_at is null
    where m.${self} = p.id order by q.name)`;

const PRINCIPALS = `select p.id, p.kind, p.name, p.display_name, p.properties,
    array(select a.address from principal_address a where a.principal_id = p.id order by a.position)
      as addresses,
    ${related("group_id", "member_id")} as members,
    ${related("member_id", "group_id")} as groups
  from principal p where p.disabled_at is null and p.kind <> 'authenticated'`;

interface Row {
  id: number;
  kind: PrincipalRow["kind"];
  name: string;
  display_name: string;
  properties: StoredProperties;
  addresses: string[];
  members: string[];
  groups: string[];
}

function toPrincipal({ display_name: displayName, ...rest }: Row): PrincipalRow {
  return { ...rest, displayName };
}

const FIND_PRINCIPAL: Statement = {
  name: "find-principal",
  text: `${PRINCIPALS} and p.name = $1`,
};

export async function findPrincipal(db: Connection, name: string): Promise<PrincipalRow | null> {
  const [row] = await rowsOf<Row>(db, FIND_PRINCIPAL, [name]);
  return row === undefined ? null : toPrincipal(row);
}

const FIND_PRINCIPALS: Statement = {
  name: "find-principals",
  text: `${PRINCIPALS} and p.name = any($1) order by p.name`,
};

export async function findPrincipals(
  db: Connection,
  names: readonly string[],
): Promise<PrincipalRow[]> {
  const rows = await rowsOf<Row>(db, FIND_PRINCIPALS, [names]);
  return rows.map(toPrincipal);
}

/**
 * What a principal is called: the property that a client set, without its tags and with its character
 * references resolved, or else the account's own name.
 */
const SHOWN_NAME = `coalesce(
  replace(replace(replace(
    regexp_replace(p.properties ->> '{DAV:}displayname', '<[^>]*>', '', 'g'),
    '&lt;', '<'), '&gt;', '>'), '&amp;', '&'),
  p.display_name)`;

const SEARCH_PRINCIPALS: Statement = {
  name: "search-principals",
  text: `${PRINCIPALS} and (
      select case when $3 then coalesce(bool_and(hit), true) else bool_or(hit) end
      from (
        select case field
          when 'name' then strpos(lower(${SHOWN_NAME}), lower(match)) > 0
          else exists (
            select from principal_address a
            where a.principal_id = p.id and case field
              when 'address' then strpos(lower(a.address), lower(match)) > 0
              else lower(a.address) like 'mailto:%' and strpos(lower(substr(a.address, 8)), lower(match)) > 0
            end)
          end as hit
        from unnest($1::text[], $2::text[]) as term (field, match)
      ) hits
    )
    order by lower(${SHOWN_NAME}), p.id limit $4`,
};

/** Principals by substrings without regard to case, in order of name. */
export async function searchPrincipals(
  db: Connection,
  { terms, all, limit }: PrincipalSearch,
): Promise<PrincipalRow[]> {
  const fields = terms.map(({ field }) => field);
  const matches = terms.map(({ match }) => match);
  const rows = await rowsOf<Row>(db, SEARCH_PRINCIPALS, [fields, matches, all, limit]);
  return rows.map(toPrincipal);
}
