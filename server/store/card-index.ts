import { cardKeys } from "../../dav/index.ts";
import type { CardSearch, CollectionRow } from "../../dav/store.ts";
import { rowsOf, type Connection, type Statement } from "./query.ts";
import { keyOf, MEMBERS } from "./read.ts";

/** The key, as it is stored, of cards whose text must always decide. */
const UNSEARCHED = "?";

/** Keys, one a line, as the index holds them: with the id of their collection, and one key that every card has. */
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

/** The keys of a card as one parameter; null for what has none. */
export function keysParameter(keys: readonly string[] | undefined): string | null {
  return keys === undefined ? null : keys.join("\n");
}

const FIND_CARDS: Statement = {
  name: "find-cards",
  text: `with hit as materialized (
      select principal_id, collection_id, object_name from card_index where keys @@ $3::tsquery
    )
    select object_name as name from hit where principal_id = $1 and collection_id = $2
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
  search: CardSearch | null,
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

function queryOf({ id }: CollectionRow, search: CardSearch): string {
  return `(${lexeme(id, "", false)} & ${expression(id, search)}) | ${lexeme(id, UNSEARCHED, false)}`;
}

function expression(collection: number, search: CardSearch): string {
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
  name: "unfilled-cards",
  text: `select i.principal_id as "owner", i.collection_id as "collection", i.object_name as name, o.data
    from card_index i join object o on o.principal_id = i.principal_id
      and o.collection_id = i.collection_id and o.name = i.object_name
    where i.keys @@ '''unfilled'''::tsquery limit $1`,
};

/** What was written meanwhile has its own keys already, and is not unfilled any more. */
const FILL: Statement = {
  name: "fill-card-index",
  text: `update card_index i set keys = ${storedKeys("i.collection_id", "given.keys")}
    from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) as given (owner, collection, name, keys)
    where i.principal_id = given.owner and i.collection_id = given.collection and i.object_name = given.name
      and i.keys @@ '''unfilled'''::tsquery`,
};

const BATCH = 100;

/**
 * Gives their keys to some of the cards that were stored before there were any.
 *
 * @returns how many it looked at; none are left when it is 0
 */
export async function fillCardIndex(db: Connection): Promise<number> {
  type Row = { owner: number; collection: number; name: string; data: Buffer };
  const rows = await rowsOf<Row>(db, UNFILLED, [BATCH]);
  if (rows.length === 0) return 0;
  await rowsOf(db, FILL, [
    rows.map(({ owner }) => owner),
    rows.map(({ collection }) => collection),
    rows.map(({ name }) => name),
    rows.map(({ data }) => cardKeys(data).join("\n")),
  ]);
  return rows.length;
}
