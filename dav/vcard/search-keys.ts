import { searchForm } from "../search/form.ts";
import { addPieces, bounded, presenceKey } from "../search/keys.ts";
import type { Card } from "./card.ts";
import { unescapeText } from "./property.ts";

/** Properties whose text is searched by keys. */
export const SEARCHED: ReadonlySet<string> = new Set([
  "EMAIL",
  "FN",
  "N",
  "NICKNAME",
  "ORG",
  "TEL",
]);

/** Properties that nearly every card has, so that having one tells nothing. */
export const COMMON: ReadonlySet<string> = new Set(["FN", "N", "PRODID", "REV", "UID", "VERSION"]);

/** Characters of a UID that are part of its key. */
const UID_LENGTH = 200;

export function uidKey(value: string): string {
  return `#${Array.from(searchForm(value)).slice(0, UID_LENGTH).join("")}`;
}

/**
 * The keys by which a card is found: what properties it has, its UID, and the text of the properties that
 * clients search in, in pieces. They nominate it for a filter, which `matchesCard` decides.
 */
export function keysOf(card: Card): string[] {
  const keys = new Set<string>();
  for (const { name, value } of card.properties) {
    if (!COMMON.has(name)) keys.add(presenceKey(name));
    if (name === "UID") keys.add(uidKey(unescapeText(value)));
    if (SEARCHED.has(name)) addPieces(keys, unescapeText(value));
  }
  return bounded(keys);
}
