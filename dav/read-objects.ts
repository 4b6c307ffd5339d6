import type { CollectionRow, ObjectRow, Transaction } from "./store.ts";

/** Bytes of objects that are read at a time: others have their turn in between, and memory its bound. */
export const PORTION = 2 ** 20;
/** Objects that are read at a time. */
export const PAGE = 200;

/**
 * The objects with these names that are there, with their bytes, a portion at a time, about in the order of the names.
 *
 * @param first how many are read at first
 */
export async function* readObjects(
  tx: Transaction,
  collection: CollectionRow,
  names: readonly string[],
  first = PAGE,
): AsyncGenerator<readonly ObjectRow[]> {
  let left = names;
  for (let size = Math.min(first, PAGE); left.length > 0; size = PAGE) {
    const page = left.slice(0, size);
    const read = await tx.getObjects(collection, page, { data: true, bytes: PORTION });
    const byName = new Map(read.map((object) => [object.name, object]));
    const found = page.map((name) => byName.get(name)).filter((each) => each !== undefined);
    yield found.filter(({ data }) => data !== undefined);
    const cut = found.filter(({ data }) => data === undefined).map(({ name }) => name);
    left = [...cut, ...left.slice(size)];
  }
}

/** Makes of objects that have their bytes those that still do so: the first ones, up to so many bytes. */
export function keeping(bytes: number): (object: ObjectRow) => ObjectRow {
  let left = bytes;
  return (object) => {
    left -= object.size;
    return left < 0 ? { ...object, data: undefined } : object;
  };
}
