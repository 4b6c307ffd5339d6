import type { Card } from "./card.ts";
import { unescapeText } from "./property.ts";
import { searchForm } from "./search-form.ts";

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

/** The key of a card that is not searched by its keys: its text must always decide. */
export const UNSEARCHED = "?";

/** Characters of the pieces of text that are keys. */
const PIECE = 3;
/** Characters of a UID that are part of its key. */
const UID_LENGTH = 200;
/** Pieces of a wanted text that are looked for; more would hardly rule out another card. */
const MAX_PIECES = 32;
/** Keys of a card at most: one of more is not worth the space. */
const MAX_KEYS = 4000;

export function presenceKey(name: string): string {
  return `+${name}`;
}

export function uidKey(value: string): string {
  return `#${Array.from(searchForm(value)).slice(0, UID_LENGTH).join("")}`;
}

/**
 * The keys by which a card is found: what properties it has, its UID, and the text of the properties that
 * clients search in, in all pieces of three characters. They nominate it for a filter, which `matchesCard` decides.
 */
export function keysOf(card: Card): string[] {
  const keys = new Set<string>();
  for (const { name, value } of card.properties) {
    if (!COMMON.has(name)) keys.add(presenceKey(name));
    if (name === "UID") keys.add(uidKey(unescapeText(value)));
    if (SEARCHED.has(name)) addPieces(keys, unescapeText(value));
    if (keys.size > MAX_KEYS) return [UNSEARCHED];
  }
  return [...keys];
}

/** From each character on, so that the last pieces are shorter and even a single character is found. */
function addPieces(keys: Set<string>, text: string): void {
  const characters = Array.from(searchForm(text));
  for (let i = 0; i < characters.length && keys.size <= MAX_KEYS; i += 1) {
    keys.add(`=${characters.slice(i, i + PIECE).join("")}`);
  }
}

/** The keys that a card has if its text holds another; the only one of a short text is the start of a key. */
export function wantedPieces(text: string): { keys: string[]; isPrefix: boolean } {
  const characters = Array.from(searchForm(text));
  if (characters.length === 0) return { keys: [], isPrefix: false };
  if (characters.length < PIECE) return { keys: [`=${characters.join("")}`], isPrefix: true };
  const pieces = characters
    .slice(0, Math.min(characters.length - PIECE + 1, MAX_PIECES))
    .map((_, i) => `=${characters.slice(i, i + PIECE).join("")}`);
  return { keys: [...new Set(pieces)], isPrefix: false };
}
