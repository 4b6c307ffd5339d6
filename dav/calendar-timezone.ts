import { standardTzid, timezoneText } from "./icalendar/index.ts";
import type { CollectionRow } from "./store.ts";
import { text } from "./xml/element.ts";
import { caldav, type QName } from "./xml/names.ts";
import { parseXml } from "./xml/parse.ts";

export const CALENDAR_TIMEZONE = caldav("calendar-timezone");
export const CALENDAR_TIMEZONE_ID = caldav("calendar-timezone-id");

/** A calendar has one of the two properties as a client set it; the other follows from it. */
interface StoredTimezone {
  readonly vtimezone: string | null;
  readonly tzid: string | null;
}

const known = new WeakMap<CollectionRow, StoredTimezone>();

/** The zone in which a calendar's floating times are read, as a VTIMEZONE or a TZID; null without one. */
export function timezoneOf(collection: CollectionRow): string | null {
  const { vtimezone, tzid } = storedTimezone(collection);
  return vtimezone ?? tzid;
}

/** What calendar-timezone (RFC 4791 section 5.2.2) says when calendar-timezone-id was set. */
export function vtimezoneOf(collection: CollectionRow): string | null {
  const { tzid } = storedTimezone(collection);
  return tzid === null ? null : timezoneText(tzid);
}

/** What calendar-timezone-id (RFC 7809 section 5.2) says when calendar-timezone was set. */
export function tzidOf(collection: CollectionRow): string | null {
  const { vtimezone } = storedTimezone(collection);
  return vtimezone === null ? null : standardTzid(vtimezone);
}

function storedTimezone(collection: CollectionRow): StoredTimezone {
  let timezone = known.get(collection);
  if (timezone === undefined) {
    const vtimezone = storedText(collection, CALENDAR_TIMEZONE);
    const tzid = storedText(collection, CALENDAR_TIMEZONE_ID)?.trim() ?? null;
    known.set(collection, (timezone = { vtimezone, tzid }));
  }
  return timezone;
}

function storedText({ properties }: CollectionRow, name: QName): string | null {
  const stored = properties[name];
  return stored === undefined ? null : text(parseXml(Buffer.from(stored)));
}
