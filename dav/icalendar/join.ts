import { textOf } from "./component.ts";
import { parseCalendar } from "./parse.ts";
import { escapeText, foldLine } from "./write.ts";

const TZID = new Set(["TZID"]);

/** A file that is written a part at a time. */
export interface FileWriter {
  readonly start: string;
  /** What these texts are in the file. */
  readonly next: (texts: readonly string[]) => string;
  readonly end: () => string;
}

/**
 * Makes one calendar file of many calendar objects, as people and programs expect an export: the
 * components byte for byte, each VTIMEZONE once. Of two VTIMEZONEs with one TZID the first is kept.
 *
 * @param title what the calendar is called
 * @returns what throws a CalendarError when a text cannot be read
 */
export function calendarJoiner(title: string): FileWriter {
  const seen = new Set<string>();
  return {
    start: `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//pushdav//export//EN\r\n${foldLine(`X-WR-CALNAME:${escapeText(title)}`)}\r\n`,
    next: (texts) => {
      const timezones: string[] = [];
      const others: string[] = [];
      for (const text of texts) {
        for (const component of parseCalendar(text, TZID).components) {
          const slice = text.slice(component.starts, component.ends).replace(/\r?\n?$/, "\r\n");
          const tzid = component.name === "VTIMEZONE" ? textOf(component, "TZID") : null;
          if (tzid === null) others.push(slice);
          else if (seen.size < seen.add(tzid).size) timezones.push(slice);
        }
      }
      return [...timezones, ...others].join("");
    },
    end: () => "END:VCALENDAR\r\n",
  };
}

/** As calendarJoiner, in one piece. */
export function joinCalendars(texts: readonly string[], title: string): string {
  const { start, next, end } = calendarJoiner(title);
  return `${start}${next(texts)}${end()}`;
}
