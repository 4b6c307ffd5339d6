import { CalendarError, splitCalendar } from "../../dav/icalendar/index.ts";
import { DavError, validateObject, type ValidObject } from "../../dav/index.ts";
import type { HomeKind } from "../../dav/store.ts";
import { decodeText } from "../../dav/text.ts";
import { splitCards } from "../../dav/vcard/index.ts";
import type { Source } from "./sources.ts";

/** An object to store, with where it comes from. */
export interface Item {
  readonly source: string;
  readonly home: HomeKind;
  readonly valid: ValidObject;
}

/** What is not imported. */
export interface Refusal {
  readonly source: string;
  /** Which object of the file; empty for the file as a whole. */
  readonly object: string;
  readonly reason: string;
}

export interface ItemOptions {
  /** Largest object, in bytes. */
  readonly maxResourceSize: number;
  /** The time around which recurrences are indexed. */
  readonly now: Date;
}

interface Piece {
  readonly object: string;
  readonly text: string;
}

interface Pieces {
  readonly pieces: readonly Piece[];
  readonly refused: readonly Omit<Refusal, "source">[];
}

const KINDS: readonly {
  readonly home: HomeKind;
  readonly kind: "calendar" | "addressbook";
  readonly begins: RegExp;
  readonly split: (text: string) => Pieces;
}[] = [
  { home: "calendars", kind: "calendar", begins: /^\s*BEGIN:VCALENDAR/i, split: calendarPieces },
  { home: "addressbooks", kind: "addressbook", begins: /^\s*BEGIN:VCARD/i, split: cardPieces },
];

/**
 * Takes a file apart into objects that can be stored. A file that is one such object is kept as it is,
 * byte for byte.
 */
export function* readItems(source: Source, options: ItemOptions): Generator<Item | Refusal> {
  const refuse = (object: string, reason: string) => ({ source: source.name, object, reason });
  if ("refusal" in source) return yield refuse("", source.refusal);
  const { text } = decodeText(source.bytes);
  const found = KINDS.find(({ begins }) => begins.test(text.slice(0, 1000)));
  if (!found) return yield refuse("", "it begins neither as a calendar nor as a contact");
  const { home, kind } = found;
  const whole = tryObject(kind, source.bytes, options);
  if (typeof whole !== "string") return yield { source: source.name, home, valid: whole };
  const { pieces, refused } = found.split(text);
  yield* refused.map(({ object, reason }) => refuse(object, reason));
  for (const piece of pieces) {
    const valid = tryObject(kind, Buffer.from(piece.text), options);
    if (typeof valid === "string") yield refuse(piece.object, valid);
    else yield { source: source.name, home, valid };
  }
  if (pieces.length + refused.length === 0) yield refuse("", "there is nothing in it");
}

/** The validated object, or why it cannot be stored. */
function tryObject(
  kind: "calendar" | "addressbook",
  bytes: Uint8Array,
  { maxResourceSize, now }: ItemOptions,
): ValidObject | string {
  if (bytes.length > maxResourceSize) return `it is larger than ${maxResourceSize} bytes`;
  try {
    return validateObject(kind, bytes, now);
  } catch (error) {
    if (error instanceof DavError) return error.message;
    throw error;
  }
}

function calendarPieces(text: string): Pieces {
  try {
    const { objects, refused } = splitCalendar(text);
    return {
      pieces: objects.map(({ uid, text: object }) => ({ object: uid, text: object })),
      refused: refused.map(({ uid, error }) => ({ object: uid, reason: error.message })),
    };
  } catch (error) {
    if (!(error instanceof CalendarError)) throw error;
    return { pieces: [], refused: [{ object: "", reason: error.message }] };
  }
}

function cardPieces(text: string): Pieces {
  const { cards, errors } = splitCards(text);
  return {
    pieces: cards.map(({ uid, text: card }) => ({ object: uid, text: card })),
    refused: errors.map(({ card, error }) => ({ object: `card ${card}`, reason: error.message })),
  };
}
