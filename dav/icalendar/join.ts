import { textOf } from "./component.ts";
import { parseCalendar } from "./parse.ts";
import { escapeText, foldLine } from "./write.ts";

const TZID = new Set(["TZID"]);

/**
 * Makes one calendar file of many calendar objects, as people and programs expect an export: the
 * components byte for byte, each VTIMEZONE once. Of two VTIMEZONEs with one TZID the first is kept.
 *
 * @param title what the calendar is called
 * @throws CalendarError when a text cannot be read
 */
export function joinCalendars(texts: Iterable<string>, title: string): string {
  const timezones = new Map<string, string>();
  const others: string[] = [];
  for (const text of texts) {
    for (const component of parseCalendar(text, TZID).components) {
      const slice = text.slice(component.starts, component.ends).replace(/\r?\n?$/, "\r\n");
      const tzid = component.name === "VTIMEZONE" ? textOf(component, "TZID") : null;
      if (tzid === null) others.push(slice);
      else if (!timezones.has(tzid)) timezones.set(tzid, slice);
    }
  }
  return [
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//pushdav//export//EN\r\n",
    `${foldLine(`X-WR-CALNAME:${escapeText(title)}`)}\r\n`,
    ...timezones.values(),
    ...others,
    "END:VCALENDAR\r\n",
  ].join("");
}
