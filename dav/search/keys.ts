import { searchForm } from "./form.ts";
import { joined, type KeySearch } from "./key-search.ts";

/** The key of an object that is not searched by its keys: its text must always decide. */
export const UNSEARCHED = "?";

/** Characters of the pieces of text that are keys. */
const PIECE = 3;
/** Pieces of a wanted text that are looked for; more would hardly rule out another object. */
const MAX_PIECES = 32;
/** Keys of an object at most: one of more is not worth the space. */
const MAX_KEYS = 4000;

/** Characters of a name that are part of its key: no name of a real property is that long. */
const NAME_LENGTH = 255;

/** The key of objects that have a property, or a part, of a name; in upper case. */
export function presenceKey(name: string): string {
  return `+${Array.from(searchForm(name)).slice(0, NAME_LENGTH).join("")}`;
}

/** Adds a text in all pieces of three characters: the keys of objects whose text holds another (`searchText`). */
export function addPieces(keys: Set<string>, text: string): void {
  const characters = Array.from(searchForm(text));
  // From each character on, so that the last pieces are shorter and even a single character is found.
  for (let i = 0; i < characters.length && keys.size <= MAX_KEYS; i += 1) {
    keys.add(`=${characters.slice(i, i + PIECE).join("")}`);
  }
}

/** The keys of an object; of one that would have too many, the one that says so. */
export function bounded(keys: ReadonlySet<string>): string[] {
  return keys.size > MAX_KEYS ? [UNSEARCHED] : [...keys];
}

/** What the keys of an object are if one of its searched texts holds another; null when they may be any. */
export function searchText(text: string): KeySearch | null {
  const characters = Array.from(searchForm(text));
  if (characters.length === 0) return null;
  if (characters.length < PIECE) return { key: `=${characters.join("")}`, isPrefix: true };
  const pieces = characters
    .slice(0, Math.min(characters.length - PIECE + 1, MAX_PIECES))
    .map((_, i) => `=${characters.slice(i, i + PIECE).join("")}`);
  return joined(
    "allof",
    [...new Set(pieces)].map((key) => ({ key, isPrefix: false })),
  );
}
