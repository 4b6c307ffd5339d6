import type { Card } from "./card.ts";
import { unescapeText } from "./property.ts";

/** The name of a card that people read (FN, RFC 6350 section 6.2.1), or "". */
export function titleOfCard({ properties }: Card): string {
  const name = properties.find((property) => property.name === "FN");
  return name === undefined ? "" : unescapeText(name.value).trim();
}
