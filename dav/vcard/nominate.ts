import { affordable, joined, type KeySearch } from "../search/key-search.ts";
import { presenceKey, searchText } from "../search/keys.ts";
import type { CardFilter, CardPropertyFilter, CardTextMatch } from "./filter.ts";
import { splitPropertyName } from "./property.ts";
import { COMMON, SEARCHED, uidKey } from "./search-keys.ts";

/**
 * What a filter asks of the keys of a card (see `keysOf`). Every card that the filter matches is among the
 * candidates; others may be, and the filter decides.
 *
 * @returns null when any card may match
 */
export function nominate(filter: CardFilter): KeySearch | null {
  return affordable(joined(filter.test, filter.properties.map(nominateProperty)));
}

function nominateProperty(filter: CardPropertyFilter): KeySearch | null {
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

function nominateText(name: string, { text, matchType, negate }: CardTextMatch): KeySearch | null {
  if (negate) return null;
  if (name === "UID" && (matchType === "equals" || matchType === "starts-with")) {
    return { key: uidKey(text), isPrefix: true };
  }
  return SEARCHED.has(name) ? searchText(text) : null;
}
