import type { CollectionRow, ObjectRow, StoredProperties, Transaction } from "./store.ts";

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
    left -= object.data?.length ?? 0;
    return left < 0 ? { ...object, data: undefined } : object;
  };
}

/** Members that are listed at a time. */
const LISTED = 2000;

/**
 * A page of the members of a collection without their bytes, in order of name, and whether more may follow.
 *
 * @param after the last name of the page before; empty for the first
 */
export async function listPage(
  tx: Transaction,
  collection: CollectionRow,
  after: string,
): Promise<{ members: readonly ObjectRow[]; more: boolean }> {
  const page = { after, limit: LISTED, bytes: PORTION };
  const members = await tx.listObjects(collection, page, { data: false });
  const size = members.reduce((sum, { properties }) => sum + mostBytes(properties), 0);
  return { members, more: members.length === LISTED || size >= PORTION };
}

/** The bytes of properties as they are stored, at most: with a space before each name and value. */
function mostBytes(properties: StoredProperties): number {
  const { length } = Object.keys(properties);
  return length === 0 ? 0 : Buffer.byteLength(JSON.stringify(properties)) + 2 * length;
}

/** All members of a collection without their bytes, a page at a time, in order of name. */
export async function* listMembers(
  tx: Transaction,
  collection: CollectionRow,
): AsyncGenerator<readonly ObjectRow[]> {
  for (let after: string | null = ""; after !== null;) {
    const { members, more }: Awaited<ReturnType<typeof listPage>> = await listPage(
      tx,
      collection,
      after,
    );
    yield members;
    after = more ? (members.at(-1)?.name ?? null) : null;
  }
}

/** All members of a collection with their bytes, a portion at a time, in order of name. */
export async function* readMembers(
  tx: Transaction,
  collection: CollectionRow,
): AsyncGenerator<readonly ObjectRow[]> {
  for (let after: string | null = ""; after !== null;) {
    const page = { after, limit: LISTED, bytes: PORTION };
    const members: ObjectRow[] = await tx.listObjects(collection, page, { data: true });
    if (members.length > 0) yield members;
    after = members.at(-1)?.name ?? null;
  }
}
