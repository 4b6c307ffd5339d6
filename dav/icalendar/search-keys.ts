import { addPieces, bounded, presenceKey } from "../search/keys.ts";
import type { Calendar, Component } from "./component.ts";
import { searchedText } from "./filter.ts";

/** Properties whose text is searched by keys, of the components in a calendar but not of those within them. */
export const SEARCHED: ReadonlySet<string> = new Set([
  "ATTENDEE",
  "CATEGORIES",
  "DESCRIPTION",
  "LOCATION",
  "ORGANIZER",
  "SUMMARY",
  "UID",
]);

/** Properties that nearly every object or alarm has, so that having one tells nothing. */
export const COMMON: ReadonlySet<string> = new Set([
  "ACTION",
  "CLASS",
  "CREATED",
  "DTEND",
  "DTSTAMP",
  "DTSTART",
  "LAST-MODIFIED",
  "SEQUENCE",
  "STATUS",
  "SUMMARY",
  "TRANSP",
  "TRIGGER",
  "UID",
]);

/** Characters that the texts of one property have together at most to become keys: agendas are not worth the space. */
const MAX_TEXT = 1000;

/** The key of an object in which a property is too long to be searched by keys: its text must decide. */
export function longKey(name: string): string {
  return `?${name}`;
}

/**
 * The keys by which a calendar object is found: which properties it has, in its components or in those within them, which
 * components are within them, and the text of the properties that clients search in, in pieces. They nominate it for a
 * filter, which `matchesCalendar` decides.
 */
export function keysOfCalendar(calendar: Calendar): string[] {
  const keys = new Set<string>();
  for (const component of calendar.components) {
    if (component.name !== "VTIMEZONE") addPresence(keys, component);
  }
  for (const [name, texts] of textsByName(calendar)) {
    const length = [...texts].reduce((sum, text) => sum + text.length, 0);
    if (length > MAX_TEXT) keys.add(longKey(name));
    else for (const text of texts) addPieces(keys, text);
  }
  return bounded(keys);
}

function addPresence(keys: Set<string>, { properties, components }: Component): void {
  for (const { name } of properties) if (!COMMON.has(name)) keys.add(presenceKey(name));
  for (const inner of components) {
    keys.add(presenceKey(inner.name));
    addPresence(keys, inner);
  }
}

/** Each text once, however many instances of a series repeat it. */
function textsByName(calendar: Calendar): Map<string, Set<string>> {
  const texts = new Map<string, Set<string>>();
  for (const property of calendar.components.flatMap(({ properties }) => properties)) {
    const { name } = property;
    if (!SEARCHED.has(name)) continue;
    texts.set(name, (texts.get(name) ?? new Set()).add(searchedText(property)));
  }
  return texts;
}
