import { parameterValues, rawValue, textOf } from "./component.ts";
import type { Calendar, Component } from "./component.ts";
import { parseCalendar } from "./parse.ts";
import { isStandardTimezone } from "./standard.ts";
import { cleanTzid, tzidsOf, zoneNamed } from "./tzid.ts";
import { vtimezoneText } from "./vtimezone-text.ts";

/**
 * Which VTIMEZONEs calendar data holds (RFC 7809 section 7.1): those of all its zones, or only of those that everybody
 * knows no other way.
 */
export type Timezones = "all" | "non-standard";

/** Definitions that are added to one object at most: no calendar of people names more, and each new zone takes a while. */
const MAX_ADDED = 20;

/**
 * A calendar with the VTIMEZONEs that are wanted; all else in it stays byte for byte. None is added for a TZID that nobody
 * knows.
 *
 * @throws CalendarError when the text cannot be read
 */
export function withTimezones(text: string, timezones: Timezones): string {
  // Most that is asked about has no zones at all, so that it need not be read.
  if (!/TZID/i.test(text.replaceAll(/[\r\n]+[ \t]/g, ""))) return text;
  return timezones === "all" ? completed(text) : reduced(text);
}

/** What tells of a VTIMEZONE which zone it is. */
const DEFINING = new Set(["TZID", "DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE"]);

function reduced(text: string): string {
  const superfluous = parseCalendar(text, DEFINING).components.filter(isStandardTimezone);
  let [rest, from] = ["", 0];
  for (const { starts, ends } of superfluous) {
    rest += text.slice(from, starts);
    from = ends;
  }
  return rest + text.slice(from);
}

function completed(text: string): string {
  const calendar = parseCalendar(text);
  const [first] = calendar.components;
  if (first === undefined) return text;
  const missing = missingTzids(calendar).slice(0, MAX_ADDED);
  const since = isOld(calendar) ? "ever" : "1970";
  const added = missing.flatMap((tzid) => {
    const zone = zoneNamed(tzid);
    return zone === null ? [] : vtimezoneText(tzid, zone, since);
  });
  return text.slice(0, first.starts) + added.join("") + text.slice(first.starts);
}

function missingTzids(calendar: Calendar): string[] {
  const timezones = calendar.components.filter(({ name }) => name === "VTIMEZONE");
  const defined = timezones.map((timezone) => cleanTzid(textOf(timezone, "TZID") ?? ""));
  return [...new Set(tzidsOf(calendar).map(cleanTzid)).difference(new Set(defined))];
}

/** Whether a date in a zone is of a time that short definitions leave out. */
function isOld(component: Component): boolean {
  const zoned = component.properties.filter((of) => parameterValues(of, "TZID") !== null);
  const dates = zoned.flatMap((of) => rawValue(of).split(","));
  return dates.some((date) => date.slice(0, 4) < "1970") || component.components.some(isOld);
}
