import { createHash, randomUUID } from "node:crypto";
import type { CollectionRow, Transaction } from "./store.ts";

const PLAIN = /^[A-Za-z0-9_@+=-][A-Za-z0-9_@+=.-]{0,179}$/;

/**
 * Names that no member of a collection has, for new ones: made of their UIDs, as clients make them, where that
 * can be.
 *
 * @returns the names by UID
 */
export async function freeNames(
  tx: Transaction,
  collection: CollectionRow,
  uids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = new Map(uids.map((uid) => [uid, namesFor(collection, uid)]));
  const all = [...wanted.values()].flat();
  const found = all.length === 0 ? [] : await tx.getObjects(collection, all, { data: false });
  const taken = new Set(found.map(({ name }) => name));
  const chosen = [...wanted].map(([uid, names]): [string, string] => {
    const name = names.find((each) => !taken.has(each)) ?? `${randomUUID()}${ending(collection)}`;
    taken.add(name);
    return [uid, name];
  });
  return new Map(chosen);
}

/** As `freeNames`, for one. */
export async function freeName(
  tx: Transaction,
  collection: CollectionRow,
  uid: string,
): Promise<string> {
  const [name = ""] = (await freeNames(tx, collection, [uid])).values();
  return name;
}

/** The names that an object with this UID would like to have, the best one first. */
function namesFor(collection: CollectionRow, uid: string): string[] {
  const hashed = createHash("sha256").update(uid).digest("hex").slice(0, 40);
  const plain = PLAIN.test(uid) ? [uid] : [];
  return [...plain, hashed].map((name) => `${name}${ending(collection)}`);
}

function ending({ kind }: CollectionRow): string {
  return kind === "calendar" ? ".ics" : ".vcf";
}
