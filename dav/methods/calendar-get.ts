import { AS_STORED, CALENDAR_FORMATS, formatCalendar } from "../calendar-format.ts";
import { DavError } from "../errors.ts";
import { preferredType } from "../http/accept.ts";
import { isNotModified } from "../http/preconditions.ts";
import type { DavRequest, DavResponse } from "../http/request.ts";
import { joinCalendars } from "../icalendar/index.ts";
import type { CollectionRow, ObjectRow, Transaction } from "../store.ts";
import { decodeText } from "../text.ts";
import { titleOf } from "../title.ts";
import type { MethodContext } from "./method.ts";

/** What answers about the same state may differ by. */
const VARY = "Accept, CalDAV-Timezones";
/** A whole calendar is read and written in one piece; of all formats only text needs no conversion. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;
const MAX_CONVERTED_BYTES = 2 * 1024 * 1024;

/** A calendar object in the form that the client likes, or null for the stored bytes, as for huge ones. */
export function calendarRendering(
  request: DavRequest,
  object: ObjectRow,
  context: MethodContext,
): DavResponse | null {
  const format = preferredType(request.headers["accept"], CALENDAR_FORMATS);
  const isText = format === "text/calendar" && !context.timezonesByReference;
  if (isText || object.size > MAX_CONVERTED_BYTES) return null;
  const { text } = decodeText(object.data ?? Buffer.alloc(0));
  const rendering = { ...AS_STORED, withoutTimezones: context.timezonesByReference };
  const type = `${format}; charset=utf-8; component=${object.component.toLowerCase()}`;
  const headers = { "content-type": type, vary: VARY };
  return { status: 200, headers, body: formatCalendar(text, format, rendering) };
}

/**
 * A whole calendar in one file, or null for people with a browser.
 *
 * @throws DavError 403 when it is too large for that
 */
export async function calendarFile(
  tx: Transaction,
  request: DavRequest,
  collection: CollectionRow,
  context: MethodContext,
): Promise<DavResponse | null> {
  const format = preferredType(request.headers["accept"], [...CALENDAR_FORMATS, "text/html"]);
  if (format === "text/html") return null;
  const current = { etag: `${collection.uuid}-${collection.seq}`, modifiedAt: context.now };
  const type = `${format}; charset=utf-8`;
  const headers = { etag: `"${current.etag}"`, vary: VARY, "cache-control": "private, no-cache" };
  const asked = request.headers["if-none-match"] !== undefined;
  if (asked && isNotModified(request, current)) return { status: 304, headers };
  const answer = { status: 200, headers: { ...headers, "content-type": type } };
  if (request.method === "HEAD") return answer;
  const isText = format === "text/calendar" && !context.timezonesByReference;
  const texts = await readTexts(tx, collection, isText ? MAX_TEXT_BYTES : MAX_CONVERTED_BYTES);
  const text = joinCalendars(texts, titleOf(collection));
  const rendering = { ...AS_STORED, withoutTimezones: context.timezonesByReference };
  return { ...answer, body: formatCalendar(text, format, rendering) };
}

async function readTexts(
  tx: Transaction,
  collection: CollectionRow,
  most: number,
): Promise<string[]> {
  const sizes = await tx.listObjects(collection, { data: false });
  if (sizes.reduce((sum, { size }) => sum + size, 0) > most) {
    throw new DavError(403, "this calendar is too large for one file; synchronize it instead");
  }
  const objects = await tx.listObjects(collection, { data: true });
  return objects.map(({ data }) => decodeText(data ?? Buffer.alloc(0)).text);
}
