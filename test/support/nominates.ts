import type { KeySearch } from "../../dav/search/key-search.ts";

/** Whether an object of these keys is a candidate of a search, as Postgres has it. */
export function nominates(search: KeySearch | null, keys: readonly string[]): boolean {
  if (search === null || keys.includes("?")) return true;
  if ("not" in search) return !nominates(search.not, keys);
  if ("all" in search) return search.all.every((part) => nominates(part, keys));
  if ("any" in search) return search.any.some((part) => nominates(part, keys));
  return keys.some((key) => (search.isPrefix ? key.startsWith(search.key) : key === search.key));
}
