import { affordable, joined, type KeySearch } from "../search/key-search.ts";
import { searchText } from "../search/keys.ts";
import type { ComponentFilter, PropertyFilter } from "./filter.ts";
import { longKey, SEARCHED } from "./search-keys.ts";

/**
 * What a filter asks of the keys of a calendar object (see `keysOfCalendar`): the texts that its components must hold. Every
 * object that the filter matches is among the candidates; others may be, and the filter decides.
 *
 * @param filter the outermost one, of VCALENDAR
 * @returns null when any object may match
 */
export function nominate(filter: ComponentFilter): KeySearch | null {
  if (filter.isNotDefined) return null;
  const within = filter.components.filter(({ isNotDefined }) => !isNotDefined);
  const wanted = within.flatMap(({ properties }) => properties.map(nominateProperty));
  return affordable(joined("allof", wanted));
}

/** What is missing in one component may be in another, so only what must be there narrows. */
function nominateProperty(filter: PropertyFilter): KeySearch | null {
  const name = filter.name.toUpperCase();
  const { isNotDefined, textMatch } = filter;
  if (isNotDefined || textMatch === null || textMatch.negate || !SEARCHED.has(name)) return null;
  const search = searchText(textMatch.text);
  return joined("anyof", [search, { key: longKey(name), isPrefix: false }]);
}
