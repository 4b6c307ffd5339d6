import type { Card } from "./card.ts";

const IMAGES = new Set(["LOGO", "PHOTO"]);

/** The bytes of the largest picture that a card holds, in base64 in either version; 0 where there is none. */
export function largestImage({ properties }: Card): number {
  return properties.reduce((largest, { name, parameters, value }) => {
    if (!IMAGES.has(name)) return largest;
    const isInline = parameters.has("ENCODING") || /^data:/i.test(value);
    return isInline ? Math.max(largest, decodedLength(value)) : largest;
  }, 0);
}

/** What follows a comma is base64, which has none. */
function decodedLength(value: string): number {
  const base64 = value.slice(value.indexOf(",") + 1).replace(/[\s=]/g, "");
  return Math.floor((base64.length * 3) / 4);
}
