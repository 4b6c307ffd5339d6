import { createHash, randomUUID } from "node:crypto";
import type { CollectionRow, Transaction } from "./store.ts";

const PLAIN = /^[A-Za-z0-9_@+=-][A-Za-z0-9_@+=.-]{0,179}$/;

/**
 * A name that no member of a collection has, for a new one: made of its UID, as clients make it, where that
 * can be.
 */
export async function freeName(
  tx: Transaction,
  collection: CollectionRow,
  uid: string,
): Promise<string> {
  const names = namesFor(collection, uid);
  const taken = await tx.getObjects(collection, names, { data: false });
  const free = names.find((name) => taken.every((object) => object.name !== name));
  return free ?? `${randomUUID()}${endingOf(collection)}`;
}

/** The names that an object with this UID would like to have, the best one first. */
function namesFor(collection: CollectionRow, uid: string): string[] {
  const ending = endingOf(collection);
  const hashed = createHash("sha256").update(uid).digest("hex").slice(0, 40);
  return [...(PLAIN.test(uid) ? [`${uid}${ending}`] : []), `${hashed}${ending}`];
}

function endingOf({ kind }: CollectionRow): string {
  return kind === "calendar" ? ".ics" : ".vcf";
}
