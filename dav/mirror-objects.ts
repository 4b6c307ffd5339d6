import type { ValidObject } from "./objects.ts";
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
  const members = await tx.listObjects(collection, { data: true });
  const held = new Map(members.map(({ uid, data }) => [uid, data]));
  const wanted = new Map<string, ValidObject>();
  for (const object of objects) {
    const isTaken = collection.components.includes(object.component);
    if (isTaken && !wanted.has(object.uid)) wanted.set(object.uid, object);
  }
  const changed = [...wanted.values()].filter(({ uid, data }) => {
    const before = held.get(uid);
    return before === undefined || withoutStamp(before) !== withoutStamp(data);
  });
  await storeObjects(tx, collection, changed, () => {});
  const gone = members.filter(({ uid }) => !wanted.has(uid));
  for (const { name } of gone) await tx.deleteObject(collection, name);
  return { changed: changed.length, removed: gone.length };
}

function withoutStamp(data: Uint8Array): string {
  return Buffer.from(data)
    .toString()
    .replace(/^DTSTAMP[;:].*(?:\r?\n[ \t].*)*/gim, "");
}
