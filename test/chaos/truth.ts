/** What is true in the end, and what was written until then. */
import { callOne, readSession, type Changed } from "../support/jmap-client.ts";
import type { Surroundings } from "./surroundings.ts";

/** The sync-token of a collection as a user is shown it; null when it is not shown. */
export async function readToken(
  world: Surroundings,
  user: string,
  target: string,
): Promise<string | null> {
  const body = `<propfind xmlns="DAV:"><prop><sync-token/></prop></propfind>`;
  const headers = { depth: "0" };
  const answer = await world.send({ method: "PROPFIND", target, user, headers, body });
  return /sync-token>([^<]+)</.exec(answer.body)?.[1] ?? null;
}

/** The states of all accounts of a user. */
export async function readStates(world: Surroundings, user: string): Promise<Changed> {
  const { session } = await readSession(world, user);
  const states: Record<string, Record<string, string>> = {};
  for (const accountId of Object.keys(session.accounts)) {
    const [, { list }] = await callOne(world, "DavState/get", { accountId }, user);
    states[accountId] = Object.fromEntries(
      list.map(({ id, state }: { id: string; state: string }) => [id, state]),
    );
  }
  return states;
}

/** Paths of the objects in collections. */
export async function readObjects(
  { pool }: Surroundings,
  collections: readonly string[],
): Promise<string[]> {
  const { rows } = await pool.query<{ href: string }>(
    `select href from (
       select format('/dav/%s/%s/%s/', b.home, p.name, b.name) as collection,
         format('/dav/%s/%s/%s/%s', b.home, p.name, b.name, o.name) as href
       from binding b join principal p on p.id = b.principal_id
       join object o on o.principal_id = b.owner_id and o.collection_id = b.collection_id
       where o.data is not null
     ) found where collection = any($1)`,
    [collections],
  );
  return rows.map(({ href }) => href);
}

/** Notes when homes were written to. */
export class Writes {
  readonly #last = new Map<string, number>();
  count = 0;
  failed = 0;

  /** A write that succeeded. @param at when it was sent */
  note(user: string, home: string, at: number): void {
    const key = `${user} ${home}`;
    this.count += 1;
    this.#last.set(key, Math.max(at, this.#last.get(key) ?? 0));
  }

  lastOf(user: string, home: string): number {
    return this.#last.get(`${user} ${home}`) ?? 0;
  }
}
