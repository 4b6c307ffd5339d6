import { affordable, joined, type KeySearch } from "../search/key-search.ts";
import { presenceKey, searchText } from "../search/keys.ts";
import type { ComponentFilter, PropertyFilter } from "./filter.ts";
import { COMMON, longKey, SEARCHED } from "./search-keys.ts";

/**
 * What a filter asks of the keys of a calendar object (see `keysOfCalendar`): the properties and texts that its components
 * must hold. Every object that the filter matches is among the candidates; others may be, and the filter decides.
 *
 * @param filter the outermost one, of VCALENDAR
 * @returns null when any object may match
 */
export function nominate(filter: ComponentFilter): KeySearch | null {
  if (filter.isNotDefined) return null;
  const members = filter.components.filter(({ name }) => name.toUpperCase() !== "VTIMEZONE");
  const wanted = defined(members).flatMap(({ properties, components }) => [
    ...properties.map(nominateProperty),
    ...defined(components).map(nominatePart),
  ]);
  return affordable(joined("allof", wanted));
}

/** What is missing in one component may be in another, so only what must be there narrows. */
function defined<T extends { readonly isNotDefined: boolean }>(filters: readonly T[]): T[] {
  return filters.filter(({ isNotDefined }) => !isNotDefined);
}

function nominateProperty({
  name: given,
  isNotDefined,
  textMatch,
}: PropertyFilter): KeySearch | null {
  if (isNotDefined) return null;
  const name = given.toUpperCase();
  const search =
    textMatch === null || textMatch.negate || !SEARCHED.has(name)
      ? null
      : searchText(textMatch.text);
  return search === null ? presence(name) : { any: [search, exactly(longKey(name))] };
}

/** Of a component within another, as an alarm, only names are keys. */
function nominatePart({ name, properties, components }: ComponentFilter): KeySearch | null {
  const names = defined(properties).map((property) => presence(property.name.toUpperCase()));
  const own = exactly(presenceKey(name.toUpperCase()));
  return joined("allof", [own, ...names, ...defined(components).map(nominatePart)]);
}

function presence(name: string): KeySearch | null {
  return COMMON.has(name) ? null : exactly(presenceKey(name));
}

function exactly(key: string): KeySearch {
  return { key, isPrefix: false };
}
