import { createHash } from "node:crypto";
import { checkCard, isBegin, isEnd, parseCard, uidOf } from "./card.ts";
import type { Card } from "./card.ts";
import { CardError } from "./error.ts";
import { readLines } from "./lines.ts";

/** One card of a file with many. */
export interface SplitCard {
  readonly uid: string;
  /** As in the file, but for a UID where there was none. */
  readonly text: string;
}

/** A card of a file that cannot be stored. */
export interface SplitError {
  /** Which card of the file, counted from 1. */
  readonly card: number;
  readonly error: CardError;
}

/** Properties that say nothing about whom the card is for, and change with each export. */
const FLEETING = new Set(["PRODID", "REV"]);

/**
 * Takes a file of many cards apart. A card without UID gets one derived from its content, so that
 * the same file gives the same UIDs again.
 */
export function splitCards(text: string): { cards: SplitCard[]; errors: SplitError[] } {
  const cards: SplitCard[] = [];
  const errors: SplitError[] = [];
  let card = 0;
  for (const piece of pieces(text)) {
    card += 1;
    try {
      cards.push(toSplitCard(piece));
    } catch (error) {
      if (!(error instanceof CardError)) throw error;
      errors.push({ card, error });
    }
  }
  return { cards, errors };
}

/** From each BEGIN:VCARD to its END:VCARD, or to the next BEGIN or the end where that is missing. */
function* pieces(text: string): Generator<string> {
  let start: number | null = null;
  for (const line of readLines(text)) {
    if (isBegin(line)) {
      if (start !== null) yield text.slice(start, line.start);
      start = line.start;
    } else if (isEnd(line) && start !== null) {
      yield text.slice(start, line.end);
      start = null;
    }
  }
  if (start !== null) yield text.slice(start);
}

function toSplitCard(text: string): SplitCard {
  const card = parseCard(text);
  if (uidOf(card) !== null) return { uid: checkCard(card).uid, text };
  const uid = derivedUid(card);
  const end = card.properties.at(-1)?.line.end ?? 0;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const withUid = `${text.slice(0, end)}UID:${uid}${newline}${text.slice(end)}`;
  return { uid: checkCard(parseCard(withUid)).uid, text: withUid };
}

/** A UUID of version 8 (RFC 9562 section 5.8) made from the properties. */
function derivedUid(card: Card): string {
  const lines = card.properties
    .filter((property) => !FLEETING.has(property.name))
    .map((property) => property.line.text);
  const hex = createHash("sha256").update(lines.join("\n")).digest("hex");
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
