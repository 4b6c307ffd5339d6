import { createHash } from "node:crypto";
import type { ValidObject } from "./objects.ts";
import { readMembers } from "./read-objects.ts";
import { storeObjects } from "./store-objects.ts";
import type { CollectionRow, Transaction } from "./store.ts";

/**
 * Makes the members of a collection, in a home that is locked, those of a feed. A member that differs in its DTSTAMP
 * only stays as it is: many feeds write the time of the answer there, and nothing changed.
 *
 * @param objects what the feed has; of those with one UID the first counts
 * @returns how many members changed, and how many went
 */
export async function mirrorObjects(
  tx: Transaction,
  collection: CollectionRow,
  objects: readonly ValidObject[],
): Promise<{ readonly changed: number; readonly removed: number }> {
  const held = new Map<string, { readonly name: string; readonly digest: string }>();
  for await (const members of readMembers(tx, collection)) {
    for (const { uid, name, data = Buffer.alloc(0) } of members) {
      held.set(uid, { name, digest: digestOf(data) });
    }
  }
  const wanted = new Map<string, ValidObject>();
  for (const object of objects) {
    const isTaken = collection.components.includes(object.component);
    if (isTaken && !wanted.has(object.uid)) wanted.set(object.uid, object);
  }
  const changed = [...wanted.values()].filter(
    ({ uid, data }) => held.get(uid)?.digest !== digestOf(data),
  );
  await storeObjects(tx, collection, changed, () => {});
  const gone = [...held].filter(([uid]) => !wanted.has(uid));
  for (const [, { name }] of gone) await tx.deleteObject(collection, name);
  return { changed: changed.length, removed: gone.length };
}

/** Tells texts apart that differ in more than their DTSTAMPs. */
function digestOf(data: Uint8Array): string {
  const text = Buffer.from(data)
    .toString()
    .replace(/^DTSTAMP[;:].*(?:\r?\n[ \t].*)*/gim, "");
  return createHash("sha256").update(text).digest("base64");
}
