import { renderCalendar, renderJcal, type Rendering, type Spend } from "./icalendar/index.ts";
import { xcalDocument } from "./xcal.ts";

/** The media types in which calendar data is served, the stored one first (RFC 7265, RFC 6321). */
export const CALENDAR_FORMATS = [
  "text/calendar",
  "application/calendar+json",
  "application/calendar+xml",
] as const;

export type CalendarFormat = (typeof CALENDAR_FORMATS)[number];

/** A rendering that leaves the stored text as it is. */
export const AS_STORED: Rendering = {
  selection: null,
  expand: null,
  limitRecurrences: null,
  limitFreeBusy: null,
  timezones: null,
};

/**
 * Renders a stored calendar object in a format.
 *
 * @param zone a TZID or the text of a VTIMEZONE for floating times; null means UTC
 * @param spend called with the size of each instance before an expansion makes it
 * @throws CalendarError when the text cannot be read, and whatever `spend` throws
 */
export function formatCalendar(
  text: string,
  format: CalendarFormat,
  rendering: Rendering,
  zone: string | null = null,
  spend: Spend = () => {},
): string {
  if (format === "text/calendar") return renderCalendar(text, rendering, zone, spend);
  const calendar = renderJcal(text, rendering, zone, spend);
  return format === "application/calendar+json" ? JSON.stringify(calendar) : xcalDocument(calendar);
}
