import { CardError, invalid } from "./error.ts";
import { readLines } from "./lines.ts";
import type { ContentLine } from "./lines.ts";
import { excerpt, parseProperty, unescapeText } from "./property.ts";
import type { CardProperty } from "./property.ts";

export type CardVersion = "3.0" | "4.0";

/** A vCard, read but not checked. */
export interface Card {
  readonly version: CardVersion;
  /** Every property but BEGIN and END. */
  readonly properties: readonly CardProperty[];
  /** What it was read from. */
  readonly text: string;
}

/** What must be known of a card to store it. */
export interface CheckedCard {
  /** Without `urn:uuid:`, which says nothing that the rest does not. */
  readonly uid: string;
  readonly version: CardVersion;
  /** RFC 6350 section 6.1.4, in lower case: individual, group, org, location, or a client's own. */
  readonly kind: string;
}

/** The longest UID taken, in bytes of UTF-8. */
export const MAX_UID_BYTES = 1000;

// A group of every contact of a large book has a line for each.
const MAX_PROPERTIES = 100_000;
const NAMES = new Set(["FN", "N", "ORG", "NICKNAME", "EMAIL", "TEL"]);

/**
 * Reads text that is one vCard of version 3.0 (RFC 2426) or 4.0 (RFC 6350), tolerantly.
 *
 * @throws {CardError} `supported-address-data` for another version, `valid-address-data` if it is no vCard
 */
export function parseCard(text: string): Card {
  const lines: ContentLine[] = [];
  for (const line of readLines(text)) {
    if (lines.push(line) > MAX_PROPERTIES) throw invalid("The card has too many properties.");
  }
  const [first] = lines;
  const last = lines.at(-1);
  if (!first || !last) throw invalid("There is no vCard.");
  if (!isBegin(first)) throw invalid(`A card begins with BEGIN:VCARD, not ${excerpt(first.text)}`);
  if (!isEnd(last)) throw invalid("The card does not end with END:VCARD.");
  return readCard(text, lines.slice(1, -1));
}

/** Whether a line is BEGIN:VCARD. */
export function isBegin(line: ContentLine): boolean {
  return /^BEGIN:VCARD\s*$/i.test(line.text);
}

/** Whether a line is END:VCARD. */
export function isEnd(line: ContentLine): boolean {
  return /^END:VCARD\s*$/i.test(line.text);
}

/**
 * Checks that a card can be a member of an address book (RFC 6352 section 5.1). Unlike the vCard RFCs it
 * does not insist on N, nor on FN where something else names the card: clients leave them out.
 *
 * @throws {CardError} `valid-address-data`
 */
export function checkCard(card: Card): CheckedCard {
  const uid = uidOf(card);
  if (uid === null) throw invalid("The card has no UID.");
  if (/\p{Cc}/u.test(uid)) throw invalid("The UID has control characters.");
  if (Buffer.byteLength(uid) > MAX_UID_BYTES) {
    throw invalid(`The UID is longer than ${MAX_UID_BYTES} bytes.`);
  }
  if (!card.properties.some((property) => NAMES.has(property.name))) {
    throw invalid("The card has nothing to call it by: no FN, N, ORG, NICKNAME, EMAIL or TEL.");
  }
  return { uid: plainUid(uid), version: card.version, kind: kindOf(card) };
}

/**
 * The UID of a card, or null if it has none.
 *
 * @throws {CardError} `valid-address-data` if it has two
 */
export function uidOf(card: Card): string | null {
  const [uid, second] = card.properties.filter((property) => property.name === "UID");
  if (second) throw invalid("The card has more than one UID.");
  return (uid && unescapeText(uid.value).trim()) || null;
}

/** COMPAT(DAVx5, eM Client): they add the prefix or take it away; the card is the same (Q53). */
function plainUid(uid: string): string {
  return /^urn:uuid:./i.test(uid) ? uid.slice("urn:uuid:".length) : uid;
}

function kindOf(card: Card): string {
  const kind =
    card.properties.find((property) => property.name === "KIND") ??
    card.properties.find((property) => property.name === "X-ADDRESSBOOKSERVER-KIND");
  return kind?.value.trim().toLowerCase() || "individual";
}

function readCard(text: string, lines: readonly ContentLine[]): Card {
  const inner = lines.find((line) => isBegin(line) || isEnd(line));
  if (inner) throw invalid("There is more than one card.");
  const version = readVersion(lines);
  return { version, properties: lines.map(parseProperty), text };
}

function readVersion(lines: readonly ContentLine[]): CardVersion {
  const line = lines.find(({ text }) => /^VERSION[;:]/i.test(text));
  if (!line) throw invalid("The card has no VERSION.");
  const version = parseProperty(line).value.trim();
  if (version === "3.0" || version === "4.0") return version;
  throw new CardError(
    "supported-address-data",
    `vCard ${excerpt(version)} is not supported, only 3.0 and 4.0.`,
  );
}
