/** The collations that a text-match may name (RFC 4791 section 7.5.1, RFC 4790, RFC 5051). */
export const COLLATIONS = ["i;ascii-casemap", "i;octet", "i;unicode-casemap"] as const;
export type Collation = (typeof COLLATIONS)[number];

const FOLDS: Readonly<Record<Collation, (text: string) => string>> = {
  "i;octet": (text) => text,
  "i;ascii-casemap": (text) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()),
  "i;unicode-casemap": (text) => foldUnicode(text),
};

/** Whether a text contains another one under a collation. */
export function contains(text: string, part: string, collation: Collation): boolean {
  const fold = FOLDS[collation];
  return fold(text).includes(fold(part));
}

/** Titlecase by simple mapping, then compatibility decomposition. */
function foldUnicode(text: string): string {
  let folded = "";
  for (const char of text) {
    const upper = char.toUpperCase();
    folded += upper.length === char.length ? upper : char;
  }
  return folded.normalize("NFKD");
}
