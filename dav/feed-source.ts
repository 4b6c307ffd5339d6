import { readDuration } from "./icalendar/index.ts";
import { child, text, type Element } from "./xml/element.ts";
import { cs, dav, NAMESPACES, type QName } from "./xml/names.ts";
import { parseXml } from "./xml/parse.ts";
import type { StoredProperties } from "./store.ts";

/** The property that says where the feed of a subscribed calendar is. */
export const SOURCE: QName = cs("source");

/**
 * The URL in a CS:source. `webcal:` is no protocol but asks for a subscription, and a feed that is offered by http is
 * asked for by https, since nothing is fetched unprotected.
 */
export function feedUrl(source: Element): string {
  const target = child(source, dav("href")) ?? source;
  return text(target)
    .trim()
    .replace(/^(?:webcals?|http):/i, "https:");
}

/** The URL of the feed that a collection with these properties mirrors, or null. */
export function feedUrlOf(properties: StoredProperties): string | null {
  const source = properties[SOURCE];
  return source === undefined ? null : feedUrl(parseXml(Buffer.from(source)));
}

const REFRESH_RATE: QName = `{${NAMESPACES.ical}}refreshrate`;

/** How many seconds the user of a subscribed calendar wants between looks at its feed, or null. */
export function feedPeriodOf(properties: StoredProperties): number | null {
  const rate = properties[REFRESH_RATE];
  const duration =
    rate === undefined ? null : readDuration(text(parseXml(Buffer.from(rate))).trim());
  return duration === null ? null : duration.days * 86_400 + duration.seconds;
}
