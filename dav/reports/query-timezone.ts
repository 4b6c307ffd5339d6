import { violated } from "../errors.ts";
import { isStandardZone, isTimezone } from "../icalendar/index.ts";
import { child, text, type Element } from "../xml/element.ts";
import { caldav } from "../xml/names.ts";

/**
 * The zone in which a report reads floating times: CALDAV:timezone (RFC 4791 section 9.8) or CALDAV:timezone-id (RFC
 * 7809 section 6.1).
 *
 * @returns the text of a VTIMEZONE or a TZID; null when the report names none
 * @throws DavError valid-timezone, valid-calendar-data
 */
export function readTimezone(root: Element): string | null {
  const [timezone, tzid] = [caldav("timezone"), caldav("timezone-id")].map((name) => {
    const element = child(root, name);
    return element === undefined ? null : text(element).trim();
  });
  if (tzid && !isStandardZone(tzid)) {
    throw violated("valid-timezone", "timezone-id is the name of an IANA time zone");
  }
  if (timezone && !isTimezone(timezone)) {
    throw violated("valid-calendar-data", "timezone is a calendar with a VTIMEZONE");
  }
  return [timezone, tzid].find((zone) => zone !== null && zone !== "") ?? null;
}
