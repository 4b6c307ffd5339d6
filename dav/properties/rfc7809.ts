import { CALENDAR_TIMEZONE, CALENDAR_TIMEZONE_ID, tzidOf } from "../calendar-timezone.ts";
import { violated } from "../errors.ts";
import { isStandardZone } from "../icalendar/index.ts";
import { isHome } from "../resource.ts";
import { text, type Element } from "../xml/element.ts";
import { property } from "./property.ts";

function checkTzid(value: Element): void {
  const tzid = text(value).trim();
  if (isStandardZone(tzid)) return;
  throw violated("valid-timezone", "calendar-timezone-id is the name of an IANA time zone");
}

/** Time zones by reference (RFC 7809 section 5). */
export const RFC7809 = [
  property({
    name: CALENDAR_TIMEZONE_ID,
    on: ["calendar", "calendar-home"],
    settable: "always",
    twin: CALENDAR_TIMEZONE,
    get: (resource) => {
      const tzid = tzidOf(isHome(resource) ? resource.home : resource.collection);
      return tzid === null ? null : [tzid];
    },
    check: checkTzid,
  }),
];
