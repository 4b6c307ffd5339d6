import { randomBytes } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import type { HomeKind, NewCollection } from "../../dav/store.ts";
import { Failure } from "../failure.ts";
import { isUsablePassword, MAX_PASSWORD_BYTES, normalizePassword } from "../auth/credentials.ts";
import { hashPassword, type HashCost } from "../auth/password.ts";
import * as store from "../store/accounts.ts";
import type { AccountRow } from "../store/accounts.ts";
import { inTransaction } from "../store/transaction.ts";

/** An account cannot be made or changed as asked; the message says why, for people. */
export class AccountError extends Failure {}

export interface NewAccount {
  readonly name: string;
  readonly password: string;
  /** Becomes the calendar user address, and can be used to log in. */
  readonly email?: string;
  /** The name people read; the account name if it is missing. */
  readonly displayName?: string;
}

const NAME = /^[a-z0-9][a-z0-9._@-]{0,63}$/;
const EMAIL = /^[^\s@:,;<>"]{1,64}@[^\s@:,;<>"/]{1,255}$/;

const displayname = (text: string) => ({
  "{DAV:}displayname": `<displayname xmlns="DAV:">${text}</displayname>`,
});

/** What every new account has: one component type per calendar (Q12, Q14), none called default (Q87). */
const FIRST_COLLECTIONS: Readonly<Record<HomeKind, readonly NewCollection[]>> = {
  calendars: [
    {
      kind: "calendar",
      name: "calendar",
      components: ["VEVENT"],
      properties: displayname("Calendar"),
    },
    {
      kind: "calendar",
      name: "tasks",
      components: ["VTODO"],
      properties: displayname("Tasks"),
    },
  ],
  addressbooks: [
    {
      kind: "addressbook",
      name: "addressbook",
      components: [],
      properties: displayname("Contacts"),
    },
  ],
};

/**
 * Makes an account with its homes and first collections, in one transaction.
 *
 * @param hashCost what the hash of the password is to cost
 * @returns the principal's id and its name in lower case
 * @throws {AccountError} if the name, password or address is not allowed, or taken
 */
export async function createAccount(
  pool: Pool,
  account: NewAccount,
  hashCost?: HashCost,
): Promise<{ id: number; name: string }> {
  const { name, email } = checkIdentity(account);
  const passwordHash = await hashChecked(account.password, hashCost);
  const displayName = account.displayName?.trim() || account.name;
  const addresses = email === null ? [] : [`mailto:${email}`];
  const id = await inTransaction(pool, "begin", async (client) => {
    await refuseTaken(client, name, email);
    const principal = { name, displayName, passwordHash, addresses };
    return insertAccount(client, principal);
  });
  return { id, name };
}

async function insertAccount(client: PoolClient, principal: store.NewPrincipal): Promise<number> {
  const id = await store.insertPrincipal(client, principal);
  if (id === null) throw new AccountError(`There is an account "${principal.name}" already.`);
  for (const kind of ["calendars", "addressbooks"] as const) {
    const home = await store.insertHome(client, { ...principal, id }, kind, newPushKey());
    for (const collection of FIRST_COLLECTIONS[kind]) {
      await store.insertCollection(client, home, collection);
    }
  }
  await store.insertFileHome(client, id, newPushKey());
  await store.notifyAccount(client, principal.name);
  return id;
}

/**
 * Changes the password; whoever is logged in with the old one is asked again.
 *
 * @throws {AccountError} if there is no such account or the password is not allowed
 */
export async function setPassword(pool: Pool, name: string, password: string): Promise<void> {
  const passwordHash = await hashChecked(password);
  const account = name.toLowerCase();
  need(account, await store.updatePassword(pool, account, passwordHash));
}

/** Refuses every login from now on; the data stays. @throws {AccountError} if there is no such account */
export async function disableAccount(pool: Pool, name: string): Promise<void> {
  const account = name.toLowerCase();
  need(account, await store.updateDisabled(pool, account, true));
}

/** Takes back {@link disableAccount}. @throws {AccountError} if there is no such account */
export async function enableAccount(pool: Pool, name: string): Promise<void> {
  const account = name.toLowerCase();
  need(account, await store.updateDisabled(pool, account, false));
}

/**
 * Sets how many bytes an account may store, null for the server's own limit.
 *
 * @throws {AccountError} if there is no such account
 */
export async function setQuota(pool: Pool, name: string, quota: number | null): Promise<void> {
  const account = name.toLowerCase();
  need(account, await store.updateQuota(pool, account, quota));
}

/** Removes an account with all its data, for good. @throws {AccountError} if there is no such account */
export async function deleteAccount(pool: Pool, name: string): Promise<void> {
  const account = name.toLowerCase();
  need(
    account,
    await inTransaction(pool, "begin", (client) => store.deletePrincipal(client, account)),
  );
}

/** Every account in the order of names, with the number of its objects. */
export function listAccounts(pool: Pool): Promise<AccountRow[]> {
  return store.selectAccounts(pool);
}

/** Refuses what cannot become an account, whatever its password is. @throws {AccountError} */
export async function refuseUnusable(
  pool: Pool,
  account: Pick<NewAccount, "name" | "email">,
): Promise<void> {
  const { name, email } = checkIdentity(account);
  await refuseTaken(pool, name, email);
}

function checkIdentity({ name, email }: Pick<NewAccount, "name" | "email">) {
  return { name: checkName(name), email: email === undefined ? null : checkEmail(email) };
}

/** @throws {AccountError} if there is no such account */
export async function needAccount(pool: Pool, name: string): Promise<void> {
  const account = name.toLowerCase();
  need(account, await store.hasAccount(pool, account));
}

/** The form in which an account name is stored. @throws {AccountError} if it is not allowed */
export function checkName(name: string): string {
  const lower = name.toLowerCase();
  if (NAME.test(lower)) return lower;
  throw new AccountError(
    `The name ${JSON.stringify(name)} is not allowed: up to 64 letters a to z, digits, and . _ - @, beginning with a letter or digit.`,
  );
}

function checkEmail(email: string): string {
  const plain = email.replace(/^mailto:/i, "");
  if (EMAIL.test(plain)) return plain;
  throw new AccountError(
    `${JSON.stringify(email)} is not a mail address, such as ann@example.org.`,
  );
}

async function hashChecked(password: string, cost?: HashCost): Promise<string> {
  if (isUsablePassword(password)) return hashPassword(normalizePassword(password), cost);
  throw new AccountError(
    `A password has at least one character, no control characters, and at most ${MAX_PASSWORD_BYTES} bytes.`,
  );
}

/**
 * Refuses a name or address that somebody has, be it an account or a group.
 *
 * @throws {AccountError}
 */
export async function refuseTaken(
  client: Pool | PoolClient,
  name: string,
  email: string | null,
): Promise<void> {
  const taken = await store.findTaken(client, name, email?.toLowerCase() ?? null);
  if (taken === "name") throw new AccountError(`The name "${name}" is taken already.`);
  if (taken === "address") throw new AccountError(`The address ${email} is taken already.`);
}

function need(account: string, found: boolean): void {
  if (!found) throw new AccountError(`There is no account "${account}".`);
}

/** Names a push topic; hard to guess, because whoever knows it may ask for its pushes. */
function newPushKey(): string {
  return randomBytes(24).toString("base64url");
}
