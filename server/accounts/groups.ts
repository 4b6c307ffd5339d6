import type { Pool } from "pg";
import * as store from "../store/groups.ts";
import type { GroupRow } from "../store/groups.ts";
import { inTransaction } from "../store/transaction.ts";
import { AccountError, checkName, refuseTaken } from "./accounts.ts";

/**
 * Makes a group, to which calendars and address books can be shared as to a person.
 *
 * @returns its name in lower case
 * @throws {AccountError} if the name is not allowed, or taken
 */
export async function createGroup(pool: Pool, given: string, displayName: string): Promise<string> {
  const name = checkName(given);
  await inTransaction(pool, "begin", async (client) => {
    await refuseTaken(client, name, null);
    const isMade = await store.insertGroup(client, name, displayName.trim() || given);
    if (!isMade) throw new AccountError(`The name "${name}" is taken already.`);
  });
  return name;
}

/** Removes a group, with what was granted to it. @throws {AccountError} if there is none of that name */
export async function deleteGroup(pool: Pool, name: string): Promise<void> {
  if (!(await store.deleteGroup(pool, name.toLowerCase()))) throw noGroup(name);
}

/**
 * Puts accounts into a group, all or none. Groups do not hold groups.
 *
 * @throws {AccountError} if there is no such group, or one of them is no account
 */
export async function addMembers(
  pool: Pool,
  name: string,
  members: readonly string[],
): Promise<void> {
  const names = members.map((member) => member.toLowerCase());
  await inTransaction(pool, "begin", async (client) => {
    const id = await store.lockGroup(client, name.toLowerCase());
    if (id === null) throw noGroup(name);
    const kinds = await store.selectKinds(client, names);
    for (const member of names) {
      const kind = kinds.get(member);
      if (kind === undefined) throw new AccountError(`There is no account "${member}".`);
      if (kind === "group") {
        throw new AccountError(`"${member}" is a group; add its members one by one.`);
      }
    }
    await store.insertMembers(client, id, names);
  });
}

/** Takes accounts out of a group. @throws {AccountError} if there is no such group */
export async function removeMembers(
  pool: Pool,
  name: string,
  members: readonly string[],
): Promise<void> {
  const names = members.map((member) => member.toLowerCase());
  await inTransaction(pool, "begin", async (client) => {
    const id = await store.lockGroup(client, name.toLowerCase());
    if (id === null) throw noGroup(name);
    await store.deleteMembers(client, id, names);
  });
}

/** Every group in the order of names. */
export function listGroups(pool: Pool): Promise<GroupRow[]> {
  return store.selectGroups(pool);
}

/** Names of the accounts in a group. @throws {AccountError} if there is no such group */
export async function membersOf(pool: Pool, name: string): Promise<readonly string[]> {
  const groups = await listGroups(pool);
  const found = groups.find((group) => group.name === name.toLowerCase());
  if (found === undefined) throw noGroup(name);
  return found.members;
}

function noGroup(name: string): AccountError {
  return new AccountError(`There is no group "${name.toLowerCase()}".`);
}
