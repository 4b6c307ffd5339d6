/** What the keys of an object must be for the object to be a candidate. */
export type KeySearch =
  /** Has this key, or one that starts so. */
  | { readonly key: string; readonly isPrefix: boolean }
  | { readonly all: readonly KeySearch[] }
  | { readonly any: readonly KeySearch[] }
  | { readonly not: KeySearch };

/** Keys in a search at most. */
const MAX_KEYS = 300;

/**
 * Searches as one, null being what any object satisfies: that does not narrow a conjunction, and makes a disjunction
 * anything.
 */
export function joined(
  test: "allof" | "anyof",
  searches: readonly (KeySearch | null)[],
): KeySearch | null {
  const narrow = searches.filter((search) => search !== null);
  if (narrow.length === 0) return null;
  if (narrow.length === 1 && (test === "allof" || searches.length === 1)) return narrow[0] ?? null;
  if (test === "allof") return { all: narrow };
  return narrow.length === searches.length ? { any: narrow } : null;
}

/** A search as it is made, or any object where it would be too large. */
export function affordable(search: KeySearch | null): KeySearch | null {
  return search !== null && sizeOf(search) > MAX_KEYS ? null : search;
}

function sizeOf(search: KeySearch): number {
  if ("key" in search) return 1;
  if ("not" in search) return sizeOf(search.not);
  const parts = "all" in search ? search.all : search.any;
  return parts.reduce((sum, part) => sum + sizeOf(part), 0);
}
