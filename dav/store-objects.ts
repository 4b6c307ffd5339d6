import { DavError } from "./errors.ts";
import { freeNames } from "./member-name.ts";
import { checkComponent, type ValidObject } from "./objects.ts";
import type { CollectionRow, NewObject, Transaction } from "./store.ts";

/** What became of an object, and under which name. */
export interface StoredObject {
  readonly name: string;
  readonly outcome: "created" | "updated" | "unchanged";
}

/** An object that was not stored. */
export interface RefusedObject {
  readonly name: string;
  readonly error: DavError;
}

/**
 * Stores many objects in a collection, in a home that is locked. One whose UID is there already replaces that
 * object under its name, so that a file can be imported again.
 *
 * @param check may refuse single objects by throwing a DavError
 * @returns what became of each, in their order
 */
export async function storeObjects(
  tx: Transaction,
  collection: CollectionRow,
  objects: readonly ValidObject[],
  check: (object: StoredObject) => void,
): Promise<(StoredObject | RefusedObject)[]> {
  const uids = objects.map(({ uid }) => uid);
  const stored = await tx.findUids(collection, uids);
  const holders = new Map(stored.map(({ uid, name, etag }) => [uid, { name, etag }]));
  const fresh = uids.filter((uid) => !holders.has(uid));
  const names = await freeNames(tx, collection, fresh);
  const written = new Map<string, NewObject>();
  const results: (StoredObject | RefusedObject)[] = [];
  for (const valid of objects) {
    const holder = holders.get(valid.uid);
    const name = holder?.name ?? names.get(valid.uid) ?? "";
    const outcome = outcomeOf(valid, holder);
    const refusal = refusalOf(() => {
      checkComponent(collection, valid.component);
      check({ name, outcome });
    });
    if (refusal === null && outcome !== "unchanged") {
      written.set(name, { ...valid, name });
      holders.set(valid.uid, { name, etag: valid.etag });
    }
    results.push(refusal === null ? { name, outcome } : { name, error: refusal });
  }
  await tx.putObjects(collection, [...written.values()]);
  return results;
}

function outcomeOf(
  { etag }: ValidObject,
  holder: { readonly etag: string } | undefined,
): StoredObject["outcome"] {
  if (holder === undefined) return "created";
  return holder.etag === etag ? "unchanged" : "updated";
}

function refusalOf(check: () => void): DavError | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof DavError) return error;
    throw error;
  }
}
