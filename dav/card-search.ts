import type { CollectionRow, ObjectRow, Transaction } from "./store.ts";
import { decodeText } from "./text.ts";
import { matchesCard, nominate, parseCard, type CardFilter } from "./vcard/index.ts";

/** What is searched for in an address book. */
export interface CardQuery {
  readonly filter: CardFilter;
  /** Most cards in the answer. */
  readonly limit: number;
  /** Whether the texts of the cards are wanted. */
  readonly data: boolean;
}

/** Candidates whose texts are read at a time. */
const PAGE = 200;

/** The cards that match, in order of name; of more than the limit one more, and the rest is not read. */
export async function searchCards(
  tx: Transaction,
  collection: CollectionRow,
  { filter, limit, data }: CardQuery,
): Promise<ObjectRow[]> {
  const matchesAll = filter.properties.length === 0;
  const most = matchesAll && Number.isFinite(limit) ? limit + 1 : null;
  const names = await tx.findCards(collection, nominate(filter), most);
  const found: ObjectRow[] = [];
  // The first page is what the answer needs if every candidate matches.
  let size = Math.min(PAGE, limit + 1);
  for (let from = 0; from < names.length && found.length <= limit;) {
    const page = names.slice(from, from + size);
    from += size;
    size = PAGE;
    const objects = await tx.getObjects(collection, page, { data: data || !matchesAll });
    const byName = new Map(objects.map((object) => [object.name, object]));
    for (const name of page) {
      const object = byName.get(name);
      if (object === undefined || !(matchesAll || matches(object, filter))) continue;
      // So that the texts of a page can go when the next is read.
      found.push(data ? object : { ...object, data: undefined });
    }
  }
  return found;
}

/** Whether the text of a card was read and matches. */
export function matches({ data }: Pick<ObjectRow, "data">, filter: CardFilter): boolean {
  return data !== undefined && matchesCard(parseCard(decodeText(data).text), filter);
}
