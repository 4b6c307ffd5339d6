import { DavError, violated } from "./errors.ts";
import { CalendarError, splitCalendar } from "./icalendar/index.ts";
import { maxSizeExceeded, validateObject, type ValidObject } from "./objects.ts";
import type { CollectionKind } from "./store.ts";
import { decodeText } from "./text.ts";
import { type CardError, splitCards } from "./vcard/index.ts";

/** One object of a file: what can be stored, or why it cannot. */
export type FileObject =
  | { readonly label: string; readonly valid: ValidObject }
  | { readonly label: string; readonly error: DavError };

/** What objects of a file may be at most, in bytes. */
interface FileLimits {
  readonly maxResourceSize: number;
  /** Of a picture in a card; an operator may bring any. */
  readonly maxImageSize?: number;
  /** The time around which recurrences are indexed. */
  readonly now: Date;
}

interface Piece {
  /** The UID, or which card of the file it is; empty for the file as a whole. */
  readonly label: string;
  readonly content: string | DavError;
}

const SPLIT: Readonly<Record<CollectionKind, (text: string) => Piece[]>> = {
  calendar: calendarPieces,
  addressbook: cardPieces,
};

/**
 * Takes a file of any number of calendars or cards apart into objects that can be stored. A file that is one
 * such object is kept as it is, byte for byte. Nothing is yielded for a file with nothing in it.
 */
export function* objectsOfFile(
  kind: CollectionKind,
  bytes: Uint8Array,
  limits: FileLimits,
): Generator<FileObject> {
  const whole = tryObject(kind, bytes, limits);
  if (!(whole instanceof DavError)) return yield { label: whole.uid, valid: whole };
  for (const { label, content } of SPLIT[kind](decodeText(bytes).text)) {
    const object =
      content instanceof DavError ? content : tryObject(kind, Buffer.from(content), limits);
    yield object instanceof DavError ? { label, error: object } : { label, valid: object };
  }
}

function tryObject(
  kind: CollectionKind,
  bytes: Uint8Array,
  { maxResourceSize, maxImageSize, now }: FileLimits,
): ValidObject | DavError {
  if (bytes.length > maxResourceSize) return maxSizeExceeded(kind, maxResourceSize);
  try {
    return validateObject(kind, bytes, now, maxImageSize);
  } catch (error) {
    if (error instanceof DavError) return error;
    throw error;
  }
}

function calendarPieces(text: string): Piece[] {
  try {
    const { objects, refused } = splitCalendar(text);
    return [
      ...refused.map(({ uid, error }) => ({ label: uid, content: asViolation(error) })),
      ...objects.map((object) => ({ label: object.uid, content: object.text })),
    ];
  } catch (error) {
    if (!(error instanceof CalendarError)) throw error;
    return [{ label: "", content: asViolation(error) }];
  }
}

function cardPieces(text: string): Piece[] {
  const { cards, errors } = splitCards(text);
  return [
    ...errors.map(({ card, error }) => ({ label: `card ${card}`, content: asViolation(error) })),
    ...cards.map((card) => ({ label: card.uid, content: card.text })),
  ];
}

function asViolation({ condition, message }: CalendarError | CardError): DavError {
  return violated(condition, message);
}
