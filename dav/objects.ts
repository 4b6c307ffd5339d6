import { createHash } from "node:crypto";
import { CALENDAR_FORMATS } from "./calendar-format.ts";
import { CARD_TYPES } from "./card-format.ts";
import { DavError, violated, type ConditionName } from "./errors.ts";
import {
  CalendarError,
  checkCalendarObject,
  keysOfCalendar,
  occurrences,
  parseCalendar,
  textOfJcal,
} from "./icalendar/index.ts";
import { UNSEARCHED } from "./search/keys.ts";
import type { CollectionKind, CollectionRow, NewObject } from "./store.ts";
import { decodeText } from "./text.ts";
import { jcalOfXcal } from "./xcal-read.ts";
import {
  CardError,
  checkCard,
  keysOf,
  largestImage,
  parseCard,
  textOfJcard,
} from "./vcard/index.ts";
import { jcardOfXcard } from "./xcard-read.ts";

/** A validated object, ready to be stored under a name. */
export type ValidObject = Omit<NewObject, "name">;

/** The strong entity tag of bytes: a hash, so equal bytes have equal tags. */
export function etagOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64url").slice(0, 32);
}

/**
 * Validates bytes as a member of a collection (RFC 4791 section 5.3.2.1, RFC 6352 section 6.3.2.1).
 *
 * @param bytes at most the size limit of the server
 * @param now the time around which recurrences are indexed
 * @param maxImageSize the largest picture in a card, in bytes; none is too large when left out
 * @throws DavError with the precondition that the bytes violate
 */
export function validateObject(
  kind: CollectionKind,
  bytes: Uint8Array,
  now: Date,
  maxImageSize = Number.POSITIVE_INFINITY,
): ValidObject {
  const common = { etag: etagOf(bytes), data: bytes };
  const { text } = decodeText(bytes);
  return kind === "calendar"
    ? { ...common, ...validateCalendar(text, now) }
    : { ...common, ...validateCard(text, maxImageSize) };
}

/** How a body is made the text that is stored, by its media type; any other is stored as it came. */
const STORED_FORMS: Readonly<Record<string, (body: Buffer) => string>> = {
  "application/calendar+json": (body) => textOfJcal(readJson(body)),
  "application/calendar+xml": (body) => textOfJcal(jcalOfXcal(body)),
  "application/vcard+json": (body) => textOfJcard(readJson(body)),
  "application/vcard+xml": (body) => textOfJcard(jcardOfXcard(body)),
};

/**
 * The bytes to store of a body: jCal, xCal, jCard and xCard are kept as text, all else as it came.
 *
 * @param type the media type in lower case, without parameters
 * @throws DavError valid-calendar-data or valid-address-data
 */
export function storedForm(type: string, body: Buffer): Buffer {
  const form = Object.hasOwn(STORED_FORMS, type) ? STORED_FORMS[type] : undefined;
  if (form === undefined) return body;
  try {
    return Buffer.from(form(body));
  } catch (error) {
    if (error instanceof CalendarError || error instanceof CardError) {
      throw violated(error.condition, error.message);
    }
    throw error;
  }
}

/** What a body of JSON says; nothing where it is none, which is neither jCal nor jCard. */
function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function validateCalendar(text: string, now: Date): Omit<ValidObject, "etag" | "data"> {
  try {
    const calendar = parseCalendar(text);
    const { uid, component } = checkCalendarObject(calendar);
    return {
      uid,
      component,
      contentType: `text/calendar; charset=utf-8; component=${component.toLowerCase()}`,
      occurrences: occurrences(calendar, { now: Math.floor(now.getTime() / 1000) }),
      keys: keysOfCalendar(calendar),
    };
  } catch (error) {
    if (error instanceof CalendarError) throw violated(error.condition, error.message);
    throw error;
  }
}

function validateCard(text: string, maxImageSize: number): Omit<ValidObject, "etag" | "data"> {
  try {
    const card = parseCard(text);
    const { uid } = checkCard(card);
    if (largestImage(card) > maxImageSize) {
      throw violated("max-image-size", `a picture has at most ${maxImageSize} bytes`);
    }
    const contentType = "text/vcard; charset=utf-8";
    return { uid, component: "VCARD", contentType, occurrences: [], keys: keysOf(card) };
  } catch (error) {
    if (error instanceof CardError) throw violated(error.condition, error.message);
    throw error;
  }
}

/** The keys by which a stored object is found. */
export function searchKeys({
  component,
  data,
}: Pick<NewObject, "component" | "data">): readonly string[] {
  const { text } = decodeText(data);
  try {
    return component === "VCARD" ? keysOf(parseCard(text)) : keysOfCalendar(parseCalendar(text));
  } catch (error) {
    if (error instanceof CardError || error instanceof CalendarError) return [UNSEARCHED];
    throw error;
  }
}

const ACCEPTED_TYPES: Readonly<Record<CollectionKind, ReadonlySet<string>>> = {
  calendar: new Set(["", ...CALENDAR_FORMATS, "application/octet-stream", "text/plain"]),
  addressbook: new Set(["", ...CARD_TYPES, "application/octet-stream", "text/plain"]),
};

/** Media types of which only calendar objects and cards can be. */
export const OBJECT_TYPES: ReadonlySet<string> = new Set([...CALENDAR_FORMATS, ...CARD_TYPES]);

const UNSUPPORTED: Readonly<Record<CollectionKind, ConditionName>> = {
  calendar: "supported-calendar-data",
  addressbook: "supported-address-data",
};

const TOO_LARGE: Readonly<Record<CollectionKind, ConditionName>> = {
  calendar: "calendar-max-resource-size",
  addressbook: "addressbook-max-resource-size",
};

/** Refuses a media type or size that a collection of this kind does not take. */
export function checkMedia(
  kind: CollectionKind,
  media: { type: string; charset: string | undefined; size: number; maxSize: number },
): void {
  if (!ACCEPTED_TYPES[kind].has(media.type)) {
    throw violated(UNSUPPORTED[kind], `this collection does not take ${media.type}`);
  }
  if (media.charset?.startsWith("utf-16") || media.charset?.startsWith("utf-32")) {
    throw new DavError(415, `send UTF-8, not ${media.charset}`);
  }
  if (media.size > media.maxSize) throw maxSizeExceeded(kind, media.maxSize);
}

/** The error for an object that is larger than a collection of this kind takes, in bytes. */
export function maxSizeExceeded(kind: CollectionKind, maxSize: number): DavError {
  return violated(TOO_LARGE[kind], `an object has at most ${maxSize} bytes`);
}

/**
 * Refuses a component type that a calendar does not take.
 *
 * @throws DavError supported-calendar-component
 */
export function checkComponent({ kind, components }: CollectionRow, component: string): void {
  if (kind !== "calendar" || components.includes(component)) return;
  const taken = components.join(", ");
  throw violated("supported-calendar-component", `this calendar takes ${taken} only`);
}
