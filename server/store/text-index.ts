import { searchKeys, UNSEARCHED } from "../../dav/index.ts";
import type { CollectionRow, KeySearch } from "../../dav/store.ts";
import { rowsOf, type Connection, type Statement } from "./query.ts";
import { keyOf, MEMBERS } from "./read.ts";

/** Keys, one a line, as the index holds them: with the id of their collection, and one key that every object has. */
export const storedKeys = (collection: string, keys: string) =>
  `array_to_tsvector(array(
    select ${collection} || ':' || key from unnest(array_append(string_to_array(${keys}, E'\\n'), '')) as key
  ))`;

/** Stored keys as those of another collection. */
export const movedKeys = (collection: string, keys: string) =>
  `array_to_tsvector(array(
    select ${collection} || substr(key, strpos(key, ':')) from unnest(tsvector_to_array(${keys})) as key
    where strpos(key, ':') > 0
  ))`;

/** The keys of an object as one parameter. */
export function keysParameter(keys: readonly string[]): string {
  return keys.join("\n");
}

/**
 * The candidates of a search as a table expression `keyed`, found by nothing but the index over keys, which begin with
 * the id of their collection.
 */
export const keyedBy = (query: string) => `keyed as materialized (
      select principal_id, collection_id, object_name from text_index where keys @@ ${query}::tsquery
    )`;

const FIND_CARDS: Statement = {
  name: "find-cards",
  text: `with ${keyedBy("$3")}
    select object_name as name from keyed where principal_id = $1 and collection_id = $2
    order by object_name limit $4`,
};

const LIST_NAMES: Statement = {
  name: "list-names",
  text: `select o.name from ${MEMBERS} and o.data is not null order by o.name limit $3`,
};

/** The names of cards that may match a search, in order; of all when it is null. */
export async function findCards(
  db: Connection,
  collection: CollectionRow,
  search: KeySearch | null,
  limit: number | null,
): Promise<string[]> {
  const key = keyOf(collection);
  const rows =
    search === null
      ? await rowsOf<{ name: string }>(db, LIST_NAMES, [...key, limit])
      : await rowsOf<{ name: string }>(db, FIND_CARDS, [
          ...key,
          queryOf(collection, search),
          limit,
        ]);
  return rows.map(({ name }) => name);
}

/** A search of a collection as Postgres takes it. */
export function queryOf({ id }: CollectionRow, search: KeySearch): string {
  return `(${lexeme(id, "", false)} & ${expression(id, search)}) | ${lexeme(id, UNSEARCHED, false)}`;
}

function expression(collection: number, search: KeySearch): string {
  if ("key" in search) return lexeme(collection, search.key, search.isPrefix);
  if ("not" in search) return `!${expression(collection, search.not)}`;
  const [parts, operator] = "all" in search ? [search.all, " & "] : [search.any, " | "];
  return `(${parts.map((part) => expression(collection, part)).join(operator)})`;
}

function lexeme(collection: number, key: string, isPrefix: boolean): string {
  const quoted = `${collection}:${key}`.replace(/['\\]/g, "$&$&");
  return `'${quoted}'${isPrefix ? ":*" : ""}`;
}

const UNFILLED: Statement = {
  name: "unfilled-objects",
  text: `select i.principal_id as "owner", i.collection_id as "collection", i.object_name as name, o.component, o.data
    from text_index i join object o on o.principal_id = i.principal_id
      and o.collection_id = i.collection_id and o.name = i.object_name
    where i.keys @@ '''unfilled'''::tsquery limit $1`,
};

/** What was written meanwhile has its own keys already, and is not unfilled any more. */
const FILL: Statement = {
  name: "fill-text-index",
  text: `update text_index i set keys = ${storedKeys("i.collection_id", "given.keys")}
    from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) as given (owner, collection, name, keys)
    where i.principal_id = given.owner and i.collection_id = given.collection and i.object_name = given.name
      and i.keys @@ '''unfilled'''::tsquery`,
};

const BATCH = 100;

/**
 * Gives their keys to some of the objects that were stored before there were any.
 *
 * @returns how many it looked at; none are left when it is 0
 */
export async function fillTextIndex(db: Connection): Promise<number> {
  type Row = { owner: number; collection: number; name: string; component: string; data: Buffer };
  const rows = await rowsOf<Row>(db, UNFILLED, [BATCH]);
  if (rows.length === 0) return 0;
  await rowsOf(db, FILL, [
    rows.map(({ owner }) => owner),
    rows.map(({ collection }) => collection),
    rows.map(({ name }) => name),
    rows.map((row) => keysParameter(searchKeys(row))),
  ]);
  return rows.length;
}
