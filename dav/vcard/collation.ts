/** The collations of RFC 6352 section 8.3. */
export const CARD_COLLATIONS = ["i;ascii-casemap", "i;unicode-casemap", "i;octet"] as const;
export type CardCollation = (typeof CARD_COLLATIONS)[number];

const FORMS: Record<CardCollation, (text: string) => string> = {
  "i;octet": (text) => text,
  "i;ascii-casemap": (text) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()),
  "i;unicode-casemap": (text) => text.normalize("NFKD").toUpperCase().normalize("NFKD"),
};

/** Brings text into the form in which a collation compares it (RFC 4790, RFC 5051). */
export function collate(collation: CardCollation, text: string): string {
  return FORMS[collation](text);
}
