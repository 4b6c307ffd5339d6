/** What is true in the end, and what was written until then. */
import { callOne, readSession, type Changed } from "../support/jmap-client.ts";
import type { Surroundings } from "./surroundings.ts";

/** Where a collection is: a client that was told a number from `least` to `most` knows of every change of its content. */
export interface Numbers {
  readonly uuid: string;
  readonly least: number;
  readonly most: number;
}

/** The number of the last change of an object in a collection, and of the last change of all. */
export async function readNumbers({ pool }: Surroundings, collection: string): Promise<Numbers> {
  const { rows } = await pool.query<Numbers>(
    `select c.uuid, c.sync_seq as most, (select coalesce(max(o.changed_seq), 0) from object o
       where o.principal_id = c.principal_id and o.collection_id = c.id) as least
     from binding b join principal p on p.id = b.principal_id
     join collection c on c.principal_id = b.owner_id and c.id = b.collection_id
     where format('/dav/%s/%s/%s/', b.home, p.name, b.name) = $1`,
    [collection],
  );
  if (!rows[0]) throw new Error(`there is no ${collection}`);
  return rows[0];
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
