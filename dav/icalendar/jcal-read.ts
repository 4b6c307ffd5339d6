import ICAL from "ical.js";
import { CalendarError } from "./error.ts";

/**
 * Writes jCal (RFC 7265) that a client sent as iCalendar text.
 *
 * @param jcal as JSON gives it
 * @throws CalendarError valid-calendar-data when it is not jCal of one calendar
 */
export function textOfJcal(jcal: unknown): string {
  if (!Array.isArray(jcal) || jcal.length !== 3 || jcal[0] !== "vcalendar") {
    throw new CalendarError("valid-calendar-data", "The text is no jCal calendar.");
  }
  try {
    return `${ICAL.stringify(jcal)}\r\n`;
  } catch {
    throw new CalendarError("valid-calendar-data", "The jCal cannot be written as iCalendar.");
  }
}
