import type { Pool, PoolClient } from "pg";
import type { HomeKind, HomeRow, NewCollection, Storage } from "../../dav/store.ts";
import type { Login } from "../auth/authenticator.ts";
import { JMAP } from "../push/transport.ts";
import { lockHome } from "./read.ts";
import { SERVER } from "./change.ts";
import { QuotaGuard, USED } from "./quota.ts";
import { Writer } from "./write.ts";

/** The notification channel on which the names of changed accounts are told. */
export const ACCOUNTS_CHANNEL = "pushdav_accounts";

/** The condition that a principal is an account: a person, a room or a resource. */
export const IS_ACCOUNT = "kind not in ('group', 'authenticated')";

/** An account as `user list` shows it. */
export interface AccountRow {
  readonly id: number;
  readonly name: string;
  readonly displayName: string;
  /** Calendar user addresses, the preferred one first. */
  readonly addresses: readonly string[];
  readonly disabled: boolean;
  readonly createdAt: Date;
  /** When somebody last logged in with the password, to the hour; null if never. */
  readonly lastLoginAt: Date | null;
  readonly storage: Storage;
  readonly objects: {
    readonly events: number;
    readonly tasks: number;
    readonly journals: number;
    readonly cards: number;
  };
}

export interface NewPrincipal {
  readonly name: string;
  readonly displayName: string;
  readonly passwordHash: string;
  readonly addresses: readonly string[];
}

/** Who has this name or address already: "name", "address" or null. */
export async function findTaken(
  client: Pool | PoolClient,
  name: string,
  email: string | null,
): Promise<"name" | "address" | null> {
  const { rows } = await client.query<{ name: boolean; address: boolean }>(
    `select exists (select from principal where name = $1)
         or exists (select from principal_address where lower(address) = 'mailto:' || $1) as name,
       $2::text is not null
         and (exists (select from principal where name = $2)
           or exists (select from principal_address where lower(address) = 'mailto:' || $2)) as address`,
    [name, email],
  );
  if (rows[0]?.name) return "name";
  return rows[0]?.address ? "address" : null;
}

/** Whether there is an account, not a group, of this name. */
export async function hasAccount(pool: Pool, name: string): Promise<boolean> {
  const { rowCount } = await pool.query(`select from principal where name = $1 and ${IS_ACCOUNT}`, [
    name,
  ]);
  return rowCount === 1;
}

/** Inserts a principal and its addresses; null if the name is taken. */
export async function insertPrincipal(
  client: PoolClient,
  principal: NewPrincipal,
): Promise<number | null> {
  const { rows } = await client.query<{ id: number }>(
    `insert into principal (kind, name, display_name, password_hash)
     values ('individual', $1, $2, $3) on conflict (name) do nothing returning id`,
    [principal.name, principal.displayName, principal.passwordHash],
  );
  if (!rows[0]) return null;
  await client.query(
    `insert into principal_address (principal_id, position, address)
     select $1, position - 1, address
     from unnest($2::text[]) with ordinality as t (address, position)`,
    [rows[0].id, principal.addresses],
  );
  return rows[0].id;
}

/** Gives a principal a home, and returns it locked. */
export async function insertHome(
  client: PoolClient,
  principal: { readonly id: number; readonly name: string },
  kind: HomeKind,
  pushKey: string,
): Promise<HomeRow> {
  await client.query("insert into home (principal_id, kind, push_key) values ($1, $2, $3)", [
    principal.id,
    kind,
    pushKey,
  ]);
  const home = await lockHome(client, null, kind, principal.name);
  if (!home) throw new Error("a home that was just made is not there");
  return home;
}

/** Gives a principal a home of files with nothing in it. */
export async function insertFileHome(
  client: PoolClient,
  principalId: number,
  pushKey: string,
): Promise<void> {
  await client.query(
    `with made as (
       insert into home (principal_id, kind, push_key) values ($1, 'files', $2) returning sync_seq
     )
     insert into file (principal_id, name, changed_seq) select $1, '', sync_seq from made`,
    [principalId, pushKey],
  );
}

/** Puts a new collection into a home that this transaction has locked. */
export function insertCollection(
  client: PoolClient,
  home: HomeRow,
  collection: NewCollection,
): Promise<void> {
  const unlimited = new QuotaGuard(client, Number.POSITIVE_INFINITY);
  return new Writer(client, SERVER, unlimited).createCollection(home, collection);
}

/**
 * JMAP subscriptions end with the credentials that made them (RFC 8620 section 7.2): with the password those that were
 * not made with an app password, with the account all.
 */
const endedSubscriptions = (which: string) => `ended as (
  delete from push_subscription s using changed
  where s.principal_id = changed.id and s.transport = '${JMAP}' and ${which}
)`;

/** Stores a new password hash and tells every process; false if there is no such account. */
export async function updatePassword(
  pool: Pool,
  name: string,
  passwordHash: string,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `with changed as (
       update principal set password_hash = $2 where name = $1 and ${IS_ACCOUNT} returning id, name
     ), ${endedSubscriptions("s.app_password_id is null")}
     select pg_notify('${ACCOUNTS_CHANNEL}', name) from changed`,
    [name, passwordHash],
  );
  return rowCount === 1;
}

/** Disables or enables an account and tells every process; false if there is no such account. */
export async function updateDisabled(
  pool: Pool,
  name: string,
  disabled: boolean,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `with changed as (
       update principal set disabled_at = case when $2 then coalesce(disabled_at, now()) end
       where name = $1 and ${IS_ACCOUNT} returning id, name
     ), ${endedSubscriptions("true")}
     select pg_notify('${ACCOUNTS_CHANNEL}', name) from changed`,
    [name, disabled],
  );
  return rowCount === 1;
}

/**
 * Sets what an account may store; false if there is no such account.
 *
 * @param quota bytes; null for the server's own limit
 */
export async function updateQuota(
  pool: Pool,
  name: string,
  quota: number | null,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    "update principal set quota = $2 where name = $1 and kind = 'individual'",
    [name, quota],
  );
  return rowCount === 1;
}

/** Removes an account and all it owns, and tells every process; false if there is no such account. */
export async function deletePrincipal(client: PoolClient, name: string): Promise<boolean> {
  const { rows } = await client.query<{ id: number }>(
    `select id from principal where name = $1 and ${IS_ACCOUNT} for update`,
    [name],
  );
  if (!rows[0]) return false;
  const id = [rows[0].id];
  await client.query("select from home where principal_id = $1 order by kind for update", id);
  await client.query("delete from collection where principal_id = $1", id);
  await client.query("delete from outbox where principal_id = $1", id);
  await client.query("delete from principal where id = $1", id);
  await notifyAccount(client, name);
  return true;
}

/** Tells every process, at commit, that nothing it believes about an account holds any more. */
export async function notifyAccount(client: PoolClient, name: string): Promise<void> {
  await client.query(`select pg_notify('${ACCOUNTS_CHANNEL}', $1)`, [name]);
}

/** Every account by name, with what it holds. */
export async function selectAccounts(pool: Pool): Promise<AccountRow[]> {
  const { rows } = await pool.query<AccountRow>(
    `select id, name, display_name as "displayName", disabled_at is not null as disabled,
       created_at as "createdAt", last_login_at as "lastLoginAt",
       jsonb_build_object('used', ${USED}, 'quota', quota) as storage,
       array(select address from principal_address where principal_id = p.id order by position) as addresses,
       (select jsonb_build_object(
           'events', count(*) filter (where component = 'VEVENT'),
           'tasks', count(*) filter (where component = 'VTODO'),
           'journals', count(*) filter (where component = 'VJOURNAL'),
           'cards', count(*) filter (where component = 'VCARD'))
         from object where object.principal_id = p.id and uid is not null) as objects
     from principal p where kind = 'individual' order by name`,
  );
  return rows;
}

/** The id of the account with this name, or null. */
export async function findPrincipalId(pool: Pool, name: string): Promise<number | null> {
  const { rows } = await pool.query<{ id: number }>(
    "select id from principal where name = $1 and kind = 'individual'",
    [name],
  );
  return rows[0]?.id ?? null;
}

/** The account with this name, or else with this mail address; see LoginStore. */
export async function findLogin(pool: Pool, login: string): Promise<Login | null> {
  const { rows } = await pool.query<Login>({
    name: "find-login",
    text: `select id, name, case when disabled_at is null then password_hash end as "passwordHash"
      from principal
      where name = $1
        or id = (select principal_id from principal_address where lower(address) = 'mailto:' || $1)
      order by name = $1 desc limit 1`,
    values: [login],
  });
  return rows[0] ?? null;
}

/** Notes a login, at most once an hour, and replaces an outdated hash if nobody else has. */
export async function updateLogin(pool: Pool, login: Login, newHash: string | null): Promise<void> {
  await pool.query({
    name: "update-login",
    text: `update principal set last_login_at = now(),
        password_hash = case when password_hash = $2 then coalesce($3, password_hash) else password_hash end
      where id = $1
        and ($3::text is not null or last_login_at is null or last_login_at < now() - interval '1 hour')`,
    values: [login.id, login.passwordHash, newHash],
  });
}

/** Whether there is any account. */
export async function hasAccounts(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ found: boolean }>(
    "select exists (select from principal where kind = 'individual') as found",
  );
  return rows[0]?.found ?? false;
}
