import { DavError, violated } from "./errors.ts";
import { acceptsAny, preferredOffer } from "./http/accept.ts";
import { hasQuirk } from "./quirks.ts";
import {
  jcardOf,
  parseCard,
  renderCard,
  type CardPropertySelection,
  type CardVersion,
} from "./vcard/index.ts";
import { xcardDocument } from "./xcard.ts";

/** Bytes of cards that are converted in one piece at most, which takes about a second. */
export const MAX_CONVERTED = 1024 * 1024;

/** A form in which every card is served. */
export interface CardFormat {
  readonly type: "text/vcard" | "application/vcard+json" | "application/vcard+xml";
  readonly version: CardVersion;
  readonly aliases?: readonly string[];
  /** What the entity tag of a whole address book says of its form. */
  readonly mark: string;
}

/** The names of vCard's media type of before RFC 6350 mean 3.0 (RFC 2426). */
const OLD_NAMES = ["text/x-vcard", "text/directory"];
const VCARD_3: CardFormat = { type: "text/vcard", version: "3.0", aliases: OLD_NAMES, mark: "" };

/** The forms of cards, the default first (Q32): vCard, jCard (RFC 7095) and xCard (RFC 6351). */
export const CARD_FORMATS: readonly CardFormat[] = [
  VCARD_3,
  { type: "text/vcard", version: "4.0", mark: "-4" },
  { type: "application/vcard+json", version: "4.0", mark: "-j" },
  { type: "application/vcard+xml", version: "4.0", mark: "-x" },
];

/** Every media type in which cards are served and taken. */
export const CARD_TYPES: ReadonlySet<string> = new Set([
  ...CARD_FORMATS.map(({ type }) => type),
  ...OLD_NAMES,
]);

/**
 * The form that address-data asks for (RFC 6352 section 10.4); vCard 3.0 when it does not say.
 *
 * @throws DavError supported-address-data (section 8.6)
 */
export function readCardFormat(type: string | undefined, version: string | undefined): CardFormat {
  const name = type?.split(";")[0]?.trim().toLowerCase() || VCARD_3.type;
  const wanted = version?.trim() || undefined;
  const found = CARD_FORMATS.find(
    (known) =>
      (known.type === name || known.aliases?.includes(name)) &&
      (wanted === undefined || known.version === wanted),
  );
  if (found !== undefined) return found;
  const message = `cards are not served as ${name} ${version ?? ""}`.trim();
  throw violated("supported-address-data", message);
}

/**
 * The form that the Accept header of a GET prefers (RFC 6352 section 5.1.1). A header that does not
 * speak of cards says nothing about them.
 *
 * @throws DavError 406 supported-address-data-conversion where it takes only cards of other versions
 */
export function acceptedCardFormat(accept: string | undefined): CardFormat {
  const found = preferredOffer(accept, CARD_FORMATS);
  if (found !== null) return found;
  if (!acceptsAny(accept, CARD_TYPES)) return VCARD_3;
  const condition = "supported-address-data-conversion";
  throw new DavError(406, `cards are not served as ${accept}`, { condition });
}

/** COMPAT(Apple): never 4.0, whatever is asked for (Q32). */
export function formatFor(wanted: CardFormat, userAgent: string): CardFormat {
  return hasQuirk("cards-in-3.0-only", userAgent) ? VCARD_3 : wanted;
}

/**
 * A stored card in a form.
 *
 * @param selection the properties that are wanted, named as the version names them; null for all
 */
export function formatCard(
  text: string,
  format: CardFormat,
  selection: readonly CardPropertySelection[] | null,
): string {
  const rendered = renderCard(text, format.version, selection);
  if (format.type === "text/vcard") return rendered;
  const card = jcardOf(parseCard(rendered));
  return format.type === "application/vcard+json" ? JSON.stringify(card) : xcardDocument([card]);
}

/** Many cards in one file: vCards one after another, an array of jCards, or one xCard document. */
export function formatCards(texts: readonly string[], format: CardFormat): string {
  const rendered = texts.map((text) => renderCard(text, format.version, null));
  if (format.type === "text/vcard") {
    return rendered.map((card) => card.replace(/^\uFEFF/, "").replace(/[\r\n]*$/, "\r\n")).join("");
  }
  const cards = rendered.map((card) => jcardOf(parseCard(card)));
  return format.type === "application/vcard+json" ? JSON.stringify(cards) : xcardDocument(cards);
}
