import type { CollectionRow } from "./store.ts";
import { text } from "./xml/element.ts";
import { dav } from "./xml/names.ts";
import { parseXml } from "./xml/parse.ts";

/** The name of a collection that people read, or the last segment of the URL if there is none. */
export function titleOf({ properties, name }: Pick<CollectionRow, "properties" | "name">): string {
  const stored = properties[dav("displayname")];
  const title = stored === undefined ? "" : text(parseXml(Buffer.from(stored))).trim();
  return title || name;
}
