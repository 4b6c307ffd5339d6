import type { Random } from "./random.ts";

/** Values at which parsers break: numbers at their limits, dates, URIs, syntax, odd characters. */
const INTERESTING: readonly string[] = [
  "",
  "0",
  "-1",
  "1",
  "2147483648",
  "99999999999999999999",
  "1e309",
  "NaN",
  "infinity",
  "T",
  "F",
  "*",
  "\u0000",
  "\u0001",
  "\ud800",
  "\u202e",
  "\ufffe",
  "😀",
  "é",
  "%",
  "%00",
  "%2e%2e%2f",
  "%2F",
  "%ff",
  "%zz",
  "../",
  "//",
  "http://[::1",
  "http://other.example/a",
  "urn:uuid:00000000-0000-0000-0000-000000000000",
  "data:,0",
  "data:,00000000-0000-0000-0000-000000000000:99999999999999999999",
  '"',
  '""',
  'W/"x"',
  "<",
  "<>",
  "(<a>)",
  "(Not <DAV:no-lock>)",
  "([])",
  "(",
  ")",
  "&amp;",
  "&#0;",
  "&#x110000;",
  "&unknown;",
  "]]>",
  "<![CDATA[x]]>",
  "<!DOCTYPE x>",
  "<?x?>",
  "<!-- -->",
  "00010101T000000Z",
  "99991231T235959Z",
  "20260230",
  "20260101T000000",
  "19000101T000000Z",
  "P1D",
  "-PT1S",
  "P99999999999W",
  "Second-4100000000",
  "Infinite",
  "bytes=0-",
  "bytes=-1",
  "bytes=5-2,0-0",
  "return=minimal",
  "i;octet",
  "Europe/Berlin",
  "constructor",
  "__proto__",
  "toString",
];

/** Characters that mean something to one of the grammars. */
const SYNTAX = "<>()[]{}\"';:,=/\\%&?#*\r\n\t \u0000\u007f\u00ff".split("");

type Mutation = (text: string, random: Random, pool: readonly string[]) => string;

function splice(text: string, from: number, to: number, inserted: string): string {
  return text.slice(0, from) + inserted + text.slice(to);
}

function span(text: string, random: Random): [number, number] {
  const from = random.below(text.length + 1);
  return [from, Math.min(text.length, from + random.below(1 + Math.ceil(text.length / 4)))];
}

const MUTATIONS: readonly Mutation[] = [
  (text, random) => splice(text, ...span(text, random), ""),
  (text, random) => splice(text, ...span(text, random), random.pick(INTERESTING)),
  (text, random, pool) => splice(text, ...span(text, random), random.pick(pool)),
  (text, random) => {
    const at = random.below(text.length + 1);
    return splice(text, at, at, random.pick(INTERESTING));
  },
  (text, random) => {
    const at = random.below(text.length + 1);
    return splice(text, at, at + random.below(2), random.pick(SYNTAX));
  },
  (text, random) => {
    const [from, to] = span(text, random);
    return splice(text, to, to, text.slice(from, to).repeat(1 + random.below(3)));
  },
  (text, random) => text.slice(0, random.below(text.length + 1)),
  (text, random) =>
    text.replace(/\d+/g, (digits) => (random.chance(0.3) ? random.pick(INTERESTING) : digits)),
  (text, random) => (random.chance(0.5) ? text.toUpperCase() : text.toLowerCase()),
  (_text, random) => random.pick(INTERESTING),
  (_text, random, pool) => random.pick(pool),
  (text, random) => text.repeat(1 + random.below(random.chance(0.05) ? 500 : 4)),
];

/**
 * Changes a text a little, or altogether.
 *
 * @param pool texts of the same sort, to mix with; at least one
 */
export function mutateText(text: string, random: Random, pool: readonly string[]): string {
  return random.pick(MUTATIONS)(text, random, pool);
}

/** A value that parsers find hard. */
export function interesting(random: Random): string {
  return random.pick(INTERESTING);
}
