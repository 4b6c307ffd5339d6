import type { Context } from "./http/request.ts";
import { hasQuirk } from "./quirks.ts";
import { searchCards } from "./card-search.ts";
import type { CollectionRow, Transaction } from "./store.ts";
import type { CardFilter } from "./vcard/index.ts";

const GROUPS: CardFilter = {
  test: "anyof",
  properties: ["KIND", "X-ADDRESSBOOKSERVER-KIND"].map((name) => ({
    name,
    test: "anyof",
    isNotDefined: false,
    textMatches: [
      { text: "group", collation: "i;ascii-casemap", matchType: "equals", negate: false },
    ],
    parameters: [],
  })),
};

const NONE: ReadonlySet<string> = new Set();

/** COMPAT(Thunderbird 115): the names of the cards of groups, which it would show as people (Q49). */
export async function hiddenCards(
  tx: Transaction,
  collection: CollectionRow,
  { userAgent }: Context,
): Promise<ReadonlySet<string>> {
  if (collection.kind !== "addressbook" || !hasQuirk("groups-are-hidden", userAgent)) return NONE;
  const limit = Number.POSITIVE_INFINITY;
  const groups = await searchCards(tx, collection, {
    filter: GROUPS,
    limit,
    data: false,
    brief: true,
  });
  return new Set(groups.map(({ name }) => name));
}
