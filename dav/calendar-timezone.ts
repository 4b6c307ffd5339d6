import type { CollectionRow } from "./store.ts";
import { text } from "./xml/element.ts";
import { caldav } from "./xml/names.ts";
import { parseXml } from "./xml/parse.ts";

const known = new WeakMap<CollectionRow, string | null>();

/** The VTIMEZONE of a calendar's calendar-timezone property (RFC 4791 section 5.2.2), or null. */
export function timezoneOf(collection: CollectionRow): string | null {
  let timezone = known.get(collection);
  if (timezone === undefined) known.set(collection, (timezone = readTimezone(collection)));
  return timezone;
}

function readTimezone({ properties }: CollectionRow): string | null {
  const stored = properties[caldav("calendar-timezone")];
  return stored === undefined ? null : text(parseXml(Buffer.from(stored)));
}
