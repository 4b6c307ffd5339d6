import type { Pool, PoolClient } from "pg";
import { IS_ACCOUNT } from "./accounts.ts";

/** A group as `group list` shows it. */
export interface GroupRow {
  readonly name: string;
  readonly displayName: string;
  /** Names of the accounts that belong to it. */
  readonly members: readonly string[];
}

/** Makes a group without members; false if the name is taken. */
export async function insertGroup(
  client: PoolClient,
  name: string,
  displayName: string,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `insert into principal (kind, name, display_name) values ('group', $1, $2)
     on conflict (name) do nothing`,
    [name, displayName],
  );
  return rowCount === 1;
}

/** Removes a group and all that was granted to it; false if there is none. */
export async function deleteGroup(pool: Pool, name: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    "delete from principal where name = $1 and kind = 'group'",
    [name],
  );
  return rowCount === 1;
}

/** The id of a group, its row locked until the transaction ends; null if there is none. */
export async function lockGroup(client: PoolClient, name: string): Promise<number | null> {
  const { rows } = await client.query<{ id: number }>(
    "select id from principal where name = $1 and kind = 'group' for update",
    [name],
  );
  return rows[0]?.id ?? null;
}

/** The kind of each of the named principals that are there. */
export async function selectKinds(
  client: PoolClient,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ name: string; kind: string }>(
    "select name, kind from principal where name = any($1)",
    [names],
  );
  return new Map(rows.map(({ name, kind }) => [name, kind]));
}

/** Puts accounts into a group; who belongs to it already stays. Groups are passed over. */
export async function insertMembers(
  client: PoolClient,
  groupId: number,
  names: readonly string[],
): Promise<void> {
  await client.query(
    `insert into group_member (group_id, member_id)
     select $1, id from principal where name = any($2) and ${IS_ACCOUNT}
     on conflict do nothing`,
    [groupId, names],
  );
}

/** Takes principals out of a group; who does not belong to it is passed over. */
export async function deleteMembers(
  client: PoolClient,
  groupId: number,
  names: readonly string[],
): Promise<void> {
  await client.query(
    `delete from group_member
     where group_id = $1 and member_id in (select id from principal where name = any($2))`,
    [groupId, names],
  );
}

/** Every group by name. */
export async function selectGroups(pool: Pool): Promise<GroupRow[]> {
  const { rows } = await pool.query<GroupRow>(
    `select name, display_name as "displayName",
       array(select m.name from group_member join principal m on m.id = member_id
         where group_id = principal.id order by m.name) as members
     from principal where kind = 'group' order by name`,
  );
  return rows;
}
