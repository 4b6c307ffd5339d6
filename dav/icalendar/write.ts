import { dateOf, DAY } from "./civil.ts";
import type { Component } from "./component.ts";
import type { WrittenTime } from "./value.ts";

/** A component to be written: content lines without folds, then the components inside. */
export interface Content {
  readonly name: string;
  readonly lines: readonly string[];
  readonly components: readonly Content[];
}

/** A component as it was read, to be written again. */
export function contentOf({ name, properties, components }: Component): Content {
  return {
    name,
    lines: properties.map(({ text }) => text),
    components: components.map(contentOf),
  };
}

/**
 * Writes a component (RFC 5545 section 3.4). COMPAT(Outlook on the web): what is inside comes last, or else
 * a VEVENT with a VALARM is not read (Alinto/sogo CHANGELOG.md 5.12.1).
 */
export function writeContent({ name, lines, components }: Content): string {
  let text = `BEGIN:${name}\r\n`;
  for (const line of lines) text += `${foldLine(line)}\r\n`;
  for (const inner of components) text += writeContent(inner);
  return `${text}END:${name}\r\n`;
}

/** A TEXT value (RFC 5545 section 3.3.11) of a text. */
export function escapeText(text: string): string {
  return text.replaceAll(/[\\;,]/g, "\\$&").replaceAll(/\r?\n|\r/g, "\\n");
}

const MAX_OCTETS = 75;

/** Folds a content line at 75 octets, between characters (RFC 5545 section 3.1). */
export function foldLine(line: string): string {
  if (line.length * 3 <= MAX_OCTETS) return line;
  let folded = "";
  let octets = 0;
  for (const char of line) {
    const size = octetsOf(char.codePointAt(0) ?? 0);
    if (octets + size > MAX_OCTETS) {
      folded += "\r\n ";
      octets = 1;
    }
    folded += char;
    octets += size;
  }
  return folded;
}

function octetsOf(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

/** A DATE-TIME value (RFC 5545 section 3.3.5) of seconds on the clock meant; `utc` gives it its Z. */
export function formatTime(seconds: number, utc: boolean): string {
  const second = seconds - Math.floor(seconds / DAY) * DAY;
  const time = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60];
  return `${formatDate(seconds)}T${time.map(twoDigits).join("")}${utc ? "Z" : ""}`;
}

/** A date or time as ISO 8601 writes it, in jCal and xCal (RFC 7265 sections 3.6.4 and 3.6.5). */
export function formatIsoTime({ wall, utc, date }: WrittenTime): string {
  const [day, time] = new Date(wall * 1000).toISOString().split(/[T.]/);
  return date ? `${day}` : `${day}T${time}${utc ? "Z" : ""}`;
}

/** A DATE value (RFC 5545 section 3.3.4) of wall-clock seconds. */
export function formatDate(seconds: number): string {
  const { year, month, day } = dateOf(Math.floor(seconds / DAY));
  return `${String(year).padStart(4, "0")}${twoDigits(month)}${twoDigits(day)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
