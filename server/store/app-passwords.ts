import type { Pool } from "pg";
import { ACCOUNTS_CHANNEL } from "./accounts.ts";

/** An app password as its list shows it. */
export interface AppPasswordRow {
  readonly id: number;
  /** What it is for, in the words of its user or the name of the program. */
  readonly label: string;
  readonly createdAt: Date;
  /** To the hour; null if never. */
  readonly lastUsedAt: Date | null;
}

/** Most app passwords of one account. */
const MOST = 100;

/** Stores a new one; null when there is no such account, or it has as many as it may. */
export async function insertAppPassword(
  pool: Pool,
  account: string,
  { label, hash }: { readonly label: string; readonly hash: Buffer },
): Promise<number | null> {
  const { rows } = await pool.query<{ id: number }>(
    `insert into app_password (principal_id, label, hash)
     select id, $2, $3 from principal where name = $1 and kind = 'individual'
       and (select count(*) from app_password where principal_id = principal.id) < ${MOST}
     returning id`,
    [account, label, hash],
  );
  return rows[0]?.id ?? null;
}

/** The app passwords of an account, oldest first. */
export async function selectAppPasswords(pool: Pool, account: string): Promise<AppPasswordRow[]> {
  const { rows } = await pool.query<AppPasswordRow>(
    `select a.id, a.label, a.created_at as "createdAt", a.last_used_at as "lastUsedAt"
     from app_password a join principal p on p.id = a.principal_id where p.name = $1 order by a.id`,
    [account],
  );
  return rows;
}

/** Removes one with all that was subscribed to with it, and tells every process; false if it is not there. */
export async function deleteAppPassword(pool: Pool, account: string, id: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `with gone as (
       delete from app_password a using principal p
       where p.id = a.principal_id and p.name = $1 and a.id = $2 returning p.name
     )
     select pg_notify('${ACCOUNTS_CHANNEL}', name) from gone`,
    [account, id],
  );
  return rowCount === 1;
}

/** The id of the app password of an account that is not disabled, noting its use at most once an hour; or null. */
export async function findAppPassword(
  pool: Pool,
  principalId: number,
  hash: Buffer,
): Promise<number | null> {
  const { rows } = await pool.query<{ id: number }>({
    name: "find-app-password",
    text: `with found as (
        select a.id, a.last_used_at from app_password a
        join principal p on p.id = a.principal_id and p.disabled_at is null
        where a.principal_id = $1 and a.hash = $2
      ), used as (
        update app_password a set last_used_at = now() from found
        where a.id = found.id and (found.last_used_at is null or found.last_used_at < now() - interval '1 hour')
      )
      select id from found`,
    values: [principalId, hash],
  });
  return rows[0]?.id ?? null;
}
