import {
  AS_STORED,
  CALENDAR_FORMATS,
  formatCalendar,
  type CalendarFormat,
} from "../calendar-format.ts";
import { preferredType } from "../http/accept.ts";
import type { DavRequest, DavResponse } from "../http/request.ts";
import { calendarJoiner, joinCalendars, type Timezones } from "../icalendar/index.ts";
import type { CollectionRow, ObjectRow } from "../store.ts";
import { decodeText } from "../text.ts";
import { titleOf } from "../title.ts";
import { inOnePiece, type FileForm } from "./collection-file.ts";
import type { MethodContext } from "./method.ts";

/** What answers about the same state may differ by. */
export const CALENDAR_VARY = "Accept, CalDAV-Timezones";
/** Bytes of an answer that is converted, as every format but text is. */
const MAX_CONVERTED_BYTES = 2 * 1024 * 1024;

/** A calendar object in the form that the client likes, or null for the stored bytes, as for huge ones. */
export function calendarRendering(
  request: DavRequest,
  object: ObjectRow,
  context: MethodContext,
): DavResponse | null {
  const format = preferredType(request.headers["accept"], CALENDAR_FORMATS);
  const { timezones } = context;
  const isText = format === "text/calendar" && timezones === null;
  const { data = Buffer.alloc(0) } = object;
  if (isText || data.length > MAX_CONVERTED_BYTES) return null;
  const { text } = decodeText(data);
  const rendering = { ...AS_STORED, timezones };
  const type = `${format}; charset=utf-8; component=${object.component.toLowerCase()}`;
  const headers = { "content-type": type };
  return { status: 200, headers, body: formatCalendar(text, format, rendering) };
}

/** The file that a whole calendar is, or null for people with a browser. */
export function calendarFile(
  request: DavRequest,
  collection: CollectionRow,
  { timezones }: MethodContext,
): FileForm | null {
  const format = preferredType(request.headers["accept"], [...CALENDAR_FORMATS, "text/html"]);
  if (format === "text/html") return null;
  const isText = format === "text/calendar" && timezones === null;
  const convert = (texts: readonly string[]) =>
    formatCalendar(joinCalendars(texts, titleOf(collection)), format, { ...AS_STORED, timezones });
  return {
    contentType: `${format}; charset=utf-8`,
    vary: CALENDAR_VARY,
    mark: `${MARKS[format]}${timezones === null ? "" : TIMEZONE_MARKS[timezones]}`,
    maxBytes: isText ? null : MAX_CONVERTED_BYTES,
    writer: isText ? calendarJoiner(titleOf(collection)) : inOnePiece(convert),
  };
}

const TIMEZONE_MARKS: Readonly<Record<Timezones, string>> = { all: "-t", "non-standard": "-z" };

/** What the entity tag of a whole calendar says of its form. */
const MARKS: Readonly<Record<CalendarFormat, string>> = {
  "text/calendar": "",
  "application/calendar+json": "-j",
  "application/calendar+xml": "-x",
};
