import { keeping, PORTION, readObjects } from "./read-objects.ts";
import type { CollectionRow, Columns, ObjectRow, Transaction } from "./store.ts";
import { decodeText } from "./text.ts";
import { matchesCard, nominate, parseCard, type CardFilter } from "./vcard/index.ts";

/** What is searched for in an address book, and what is wanted of it. */
export interface CardQuery extends Columns {
  readonly filter: CardFilter;
  /** Most cards in the answer. */
  readonly limit: number;
}

/**
 * The cards that match, in order of name; of more than the limit one more, and the rest is not read. Where their texts are
 * wanted, the first have theirs.
 */
export async function searchCards(
  tx: Transaction,
  collection: CollectionRow,
  { filter, limit, data, brief = false }: CardQuery,
): Promise<ObjectRow[]> {
  const matchesAll = filter.properties.length === 0;
  const most = matchesAll && Number.isFinite(limit) ? limit + 1 : null;
  const names = await tx.findCards(collection, nominate(filter), most);
  const found = new Map<string, ObjectRow>();
  if (matchesAll) {
    const read = await tx.getObjects(collection, names, { data, brief, bytes: PORTION });
    for (const object of read) found.set(object.name, object);
  } else {
    const keep = keeping(data ? PORTION : 0);
    // The first page is what the answer needs if every candidate matches.
    for await (const page of readObjects(tx, collection, names, limit + 1)) {
      for (const card of page) if (matches(card, filter)) found.set(card.name, keep(card));
      if (found.size > limit) break;
    }
  }
  return names.map((name) => found.get(name)).filter((each) => each !== undefined);
}

/** Whether the text of a card was read and matches. */
export function matches({ data }: Pick<ObjectRow, "data">, filter: CardFilter): boolean {
  return data !== undefined && matchesCard(parseCard(decodeText(data).text), filter);
}
