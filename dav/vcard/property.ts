import { invalid } from "./error.ts";
import type { ContentLine } from "./lines.ts";

/** One property of a card. Names of groups, properties and parameters are not case-sensitive (D54). */
export interface CardProperty {
  /** In lower case; null without a group. */
  readonly group: string | null;
  /** In upper case. */
  readonly name: string;
  /** By name in upper case; a parameter without a name, as in `TEL;HOME:`, is a TYPE. */
  readonly parameters: ReadonlyMap<string, readonly string[]>;
  /** As written, unfolded, escapes and all. */
  readonly value: string;
  readonly line: ContentLine;
}

const MAX_PARAMETERS = 200;

/**
 * Reads one content line (RFC 6350 section 3.3).
 *
 * @throws {CardError} if it has no value or too many parameters
 */
export function parseProperty(line: ContentLine): CardProperty {
  const { text } = line;
  const colon = endOfParameters(text);
  if (colon === -1) throw invalid(`A line has no value: ${excerpt(text)}`);
  const [head = "", ...parameters] = splitQuoted(text.slice(0, colon), ";");
  if (parameters.length > MAX_PARAMETERS) throw invalid(`Too many parameters: ${excerpt(text)}`);
  const value = text.slice(colon + 1);
  return { ...splitPropertyName(head), parameters: parseParameters(parameters), value, line };
}

/** Splits `item1.EMAIL` into its group, in lower case, and its name, in upper case. */
export function splitPropertyName(name: string): { group: string | null; name: string } {
  const dot = name.indexOf(".");
  if (dot === -1) return { group: null, name: name.trim().toUpperCase() };
  return {
    group: name.slice(0, dot).toLowerCase(),
    name: name
      .slice(dot + 1)
      .trim()
      .toUpperCase(),
  };
}

/** The text a value stands for; `\:` is read as `:`, for Google writes it in URLs (Q72). */
export function unescapeText(value: string): string {
  if (!value.includes("\\")) return value;
  return value.replace(/\\([\s\S])/g, (_, escaped: string) =>
    escaped === "n" || escaped === "N" ? "\n" : escaped,
  );
}

/** Text as a value, for both versions (RFC 2426 section 4, RFC 6350 section 3.4). */
export function escapeText(text: string): string {
  return text.replace(/[\\,;]/g, "\\$&").replace(/\r\n|\r|\n/g, "\\n");
}

/** Splits a value at each unescaped separator, without unescaping the parts. */
export function splitValue(value: string, separators: RegExp): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < value.length; i += 1) {
    if (value[i] === "\\") i += 1;
    else if (separators.test(value.charAt(i))) {
      parts.push(value.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, value.slice(start)];
}

/** What an error message shows of a line. */
export function excerpt(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

// A quote that is never closed would swallow the value, so then quotes mean nothing.
function endOfParameters(text: string): number {
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '"') quoted = !quoted;
    else if (text[i] === ":" && !quoted) return i;
  }
  return text.indexOf(":");
}

function splitQuoted(text: string, separator: ";" | ","): string[] {
  const parts: string[] = [];
  let quoted = false;
  let start = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '"') quoted = !quoted;
    else if (text[i] === separator && !quoted) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, text.slice(start)];
}

function parseParameters(texts: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const parameters = new Map<string, string[]>();
  for (const text of texts) {
    const equals = text.indexOf("=");
    const name = equals === -1 ? "TYPE" : text.slice(0, equals).trim().toUpperCase();
    const values = splitQuoted(text.slice(equals + 1), ",").flatMap((value) =>
      parameterValues(name, value),
    );
    parameters.set(name, [...(parameters.get(name) ?? []), ...values]);
  }
  return parameters;
}

// RFC 6350 section 6.4.1 itself writes TYPE="voice,home" and means two values.
function parameterValues(name: string, text: string): string[] {
  const plain = /^\s*"(.*)"\s*$/s.exec(text)?.[1];
  if (plain === undefined) return [decodeCarets(text)];
  return name === "TYPE" ? plain.split(",") : [decodeCarets(plain)];
}

/** RFC 6868. */
function decodeCarets(text: string): string {
  if (!text.includes("^")) return text;
  return text.replace(/\^([n^'])/g, (_, c: string) => (c === "n" ? "\n" : c === "'" ? '"' : "^"));
}
