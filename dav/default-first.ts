import { parseHref } from "./paths.ts";
import { DEFAULT_ADDRESSBOOK } from "./properties/address-book-home.ts";
import type { CollectionRow, HomeRow } from "./store.ts";
import { child, text } from "./xml/element.ts";
import { dav } from "./xml/names.ts";
import { parseXml } from "./xml/parse.ts";

/**
 * The collections of a home with the default one first, the oldest where the user named none.
 * COMPAT(macOS): Contacts shows one address book, the first (Q37, sabre-io/dav issue 846).
 *
 * @param collections in the order in which they were made
 */
export function defaultFirst(
  { properties }: HomeRow,
  collections: readonly CollectionRow[],
  hosts: readonly string[],
): readonly CollectionRow[] {
  const stored = properties[DEFAULT_ADDRESSBOOK];
  if (stored === undefined) return collections;
  const target = child(parseXml(Buffer.from(stored)), dav("href"));
  const path = target === undefined ? null : parseHref(text(target), hosts);
  const isDefault = ({ name }: CollectionRow) =>
    path?.kind === "collection" && path.collection === name;
  return [...collections].sort((a, b) => Number(isDefault(b)) - Number(isDefault(a)));
}
