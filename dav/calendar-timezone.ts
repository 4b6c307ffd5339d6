import { standardTzid, timezoneText } from "./icalendar/index.ts";
import type { CollectionRow, HomeRow } from "./store.ts";
import { text } from "./xml/element.ts";
import { caldav, type QName } from "./xml/names.ts";
import { parseXml } from "./xml/parse.ts";

export const CALENDAR_TIMEZONE = caldav("calendar-timezone");
export const CALENDAR_TIMEZONE_ID = caldav("calendar-timezone-id");

/** A calendar or home has one of the two properties as a client set it; the other follows from it. */
interface StoredTimezone {
  readonly vtimezone: string | null;
  readonly tzid: string | null;
}

type Zoned = CollectionRow | HomeRow;

const known = new WeakMap<Zoned, StoredTimezone>();

/**
 * The zone in which a calendar's floating times are read, as a VTIMEZONE or a TZID: its own, or else that of
 * its home, which stands for the account. Null without one, when they are read as UTC.
 */
export function timezoneOf(collection: CollectionRow): string | null {
  return ownTimezone(collection) ?? ownTimezone(collection.home);
}

function ownTimezone(zoned: Zoned): string | null {
  const { vtimezone, tzid } = storedTimezone(zoned);
  return vtimezone ?? tzid;
}

/** What calendar-timezone (RFC 4791 section 5.2.2) says when calendar-timezone-id was set. */
export function vtimezoneOf(zoned: Zoned): string | null {
  const { tzid } = storedTimezone(zoned);
  return tzid === null ? null : timezoneText(tzid);
}

/** What calendar-timezone-id (RFC 7809 section 5.2) says when calendar-timezone was set. */
export function tzidOf(zoned: Zoned): string | null {
  const { vtimezone } = storedTimezone(zoned);
  return vtimezone === null ? null : standardTzid(vtimezone);
}

function storedTimezone(zoned: Zoned): StoredTimezone {
  let timezone = known.get(zoned);
  if (timezone === undefined) {
    const vtimezone = storedText(zoned, CALENDAR_TIMEZONE);
    const tzid = storedText(zoned, CALENDAR_TIMEZONE_ID)?.trim() ?? null;
    known.set(zoned, (timezone = { vtimezone, tzid }));
  }
  return timezone;
}

function storedText({ properties }: Zoned, name: QName): string | null {
  const stored = properties[name];
  return stored === undefined ? null : text(parseXml(Buffer.from(stored)));
}
