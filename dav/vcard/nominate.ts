import type { CardFilter, CardPropertyFilter, CardTest, CardTextMatch } from "./filter.ts";
import { splitPropertyName } from "./property.ts";
import { COMMON, presenceKey, SEARCHED, uidKey, wantedPieces } from "./search-keys.ts";

/** What the keys of a card must be for the card to be a candidate. */
export type CardSearch =
  /** Has this key, or one that starts so. */
  | { readonly key: string; readonly isPrefix: boolean }
  | { readonly all: readonly CardSearch[] }
  | { readonly any: readonly CardSearch[] }
  | { readonly not: CardSearch };

/** Keys in a search at most. */
const MAX_KEYS = 300;

/**
 * What a filter asks of the keys of a card (see `keysOf`). Every card that the filter matches is among the
 * candidates; others may be, and the filter decides.
 *
 * @returns null when any card may match
 */
export function nominate(filter: CardFilter): CardSearch | null {
  const search = joined(filter.test, filter.properties.map(nominateProperty));
  return search !== null && sizeOf(search) > MAX_KEYS ? null : search;
}

function nominateProperty(filter: CardPropertyFilter): CardSearch | null {
  const { group, name } = splitPropertyName(filter.name);
  const present = COMMON.has(name) ? null : { key: presenceKey(name), isPrefix: false };
  if (filter.isNotDefined) return present === null || group !== null ? null : { not: present };
  const conditions = [
    ...filter.textMatches.map((match) => nominateText(name, match)),
    // A parameter is only on a property that is there.
    ...filter.parameters.map(() => null),
  ];
  return joined("allof", [present, joined(filter.test, conditions)]);
}

function nominateText(name: string, { text, matchType, negate }: CardTextMatch): CardSearch | null {
  if (negate) return null;
  if (name === "UID" && (matchType === "equals" || matchType === "starts-with")) {
    return { key: uidKey(text), isPrefix: true };
  }
  if (!SEARCHED.has(name)) return null;
  const { keys, isPrefix } = wantedPieces(text);
  return joined(
    "allof",
    keys.map((key) => ({ key, isPrefix })),
  );
}

/** What may be anything does not narrow a conjunction, and makes a disjunction anything. */
function joined(test: CardTest, searches: readonly (CardSearch | null)[]): CardSearch | null {
  const narrow = searches.filter((search) => search !== null);
  if (narrow.length === 0) return null;
  if (narrow.length === 1 && (test === "allof" || searches.length === 1)) return narrow[0] ?? null;
  if (test === "allof") return { all: narrow };
  return narrow.length === searches.length ? { any: narrow } : null;
}

function sizeOf(search: CardSearch): number {
  if ("key" in search) return 1;
  if ("not" in search) return sizeOf(search.not);
  const parts = "all" in search ? search.all : search.any;
  return parts.reduce((sum, part) => sum + sizeOf(part), 0);
}
