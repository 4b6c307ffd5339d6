import type { CardVersion } from "./card.ts";
import type { CardProperty } from "./property.ts";

/** A property that is to be written; unlike one that was read it has no line. */
export type PropertyDraft = Omit<CardProperty, "line">;

/** The longest line, in octets without its line break (RFC 2426 section 2.6, RFC 6350 section 3.2). */
const LINE_OCTETS = 75;

/** Names are not case-sensitive, but these are written as Apple does. */
const SPELLINGS: Readonly<Record<string, string>> = {
  "X-ABLABEL": "X-ABLabel",
  "X-ABSHOWAS": "X-ABShowAs",
  "X-ABUID": "X-ABUID",
};

/** The text of a card: VERSION first, as 4.0 demands, then the properties in their order. */
export function writeCard(version: CardVersion, properties: readonly PropertyDraft[]): string {
  const lines = properties.map((property) => fold(writeProperty(property)));
  return ["BEGIN:VCARD", `VERSION:${version}`, ...lines, "END:VCARD", ""].join("\r\n");
}

function writeProperty({ group, name, parameters, value }: PropertyDraft): string {
  const head = `${group === null ? "" : `${group}.`}${SPELLINGS[name] ?? name}`;
  const written = [...parameters].map(
    ([parameter, values]) => `;${parameter}=${values.map(writeParameterValue).join(",")}`,
  );
  return `${head}${written.join("")}:${value}`;
}

/**
 * RFC 6868; readers of 3.0 that do not know it show the caret and lose nothing. COMPAT(iCal 7): what has a plus is quoted
 * (sabre-io/vobject Parameter.php).
 */
function writeParameterValue(value: string): string {
  const encoded = value.replaceAll("^", "^^").replace(/\r?\n/g, "^n").replaceAll('"', "^'");
  return /[,;:+]/.test(encoded) ? `"${encoded}"` : encoded;
}

/** Breaks a line so that no piece is too long, never inside a character. */
function fold(line: string): string {
  if (Buffer.byteLength(line) <= LINE_OCTETS) return line;
  const pieces: string[] = [];
  let start = 0;
  let octets = 0;
  for (let i = 0; i < line.length;) {
    const point = line.codePointAt(i) ?? 0;
    const size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (octets + size > LINE_OCTETS) {
      pieces.push(line.slice(start, i));
      start = i;
      // The space that begins a continuation counts.
      octets = 1;
    }
    octets += size;
    i += point < 0x10000 ? 1 : 2;
  }
  return [...pieces, line.slice(start)].join("\r\n ");
}
