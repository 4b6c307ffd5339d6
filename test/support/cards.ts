/** Random cards, and filters that have a chance to match some of them. */
import * as fc from "fast-check";
import type {
  CardFilter,
  CardParameterFilter,
  CardPropertyFilter,
  CardTextMatch,
} from "../../dav/vcard/index.ts";

// Letters that fold, come apart, change their order or number, and what is special in queries and in vCard.
const LETTERS = [
  "a",
  "A",
  "b",
  "ß",
  "é",
  "e\u0301\u0323",
  "\u0345",
  "İ",
  "ﬁ",
  "Ǆ",
  "σ",
  "ς",
  "한",
  "😀",
];
const SPECIAL = ["'", "\\", ":", ";", ",", " ", "*", "&", "|", "!", "\n", "\u0308"];

const unit = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("a", "b", "c") },
  { weight: 2, arbitrary: fc.constantFrom(...LETTERS) },
  { weight: 1, arbitrary: fc.constantFrom(...SPECIAL) },
);
const text = (max: number) => fc.array(unit, { maxLength: max }).map((units) => units.join(""));

const NAMES = ["FN", "N", "EMAIL", "TEL", "ORG", "NICKNAME", "NOTE", "X-A", "UID", "item1.EMAIL"];
const TYPES = ["", ";TYPE=home", ";TYPE=work,home", ";X-B=aé"];

const escaped = (value: string) => value.replace(/[\\\n]/g, (c) => (c === "\n" ? "\\n" : "\\\\"));
const line = fc
  .tuple(
    fc.constantFrom(...NAMES.filter((name) => name !== "UID")),
    fc.constantFrom(...TYPES),
    text(8),
  )
  .map(([name, type, value]) => `${name}${type}:${escaped(value)}`);

/** The text of a card whose UID begins with letters of its own and ends with a number. */
export const randomCard = (uid: string): fc.Arbitrary<string> =>
  fc
    .tuple(text(3), fc.array(line, { maxLength: 6 }))
    .map(([start, lines]) =>
      [
        "BEGIN:VCARD",
        "VERSION:3.0",
        `UID:${escaped(start.replaceAll("\n", ""))}u${uid}`,
        "FN:x",
        ...lines,
        "END:VCARD",
        "",
      ].join("\r\n"),
    );

const textMatch: fc.Arbitrary<CardTextMatch> = fc.record({
  text: text(4),
  collation: fc.constantFrom("i;unicode-casemap", "i;ascii-casemap", "i;octet"),
  matchType: fc.constantFrom("contains", "equals", "starts-with", "ends-with"),
  negate: fc.constantFrom(false, false, false, true),
});

const parameter: fc.Arbitrary<CardParameterFilter> = fc.record({
  name: fc.constantFrom("TYPE", "X-B"),
  isNotDefined: fc.constantFrom(false, false, true),
  textMatch: fc.option(textMatch),
});

const test = fc.constantFrom<("anyof" | "allof")[]>("anyof", "allof");

const property: fc.Arbitrary<CardPropertyFilter> = fc.record({
  name: fc.constantFrom(...NAMES, "X-MISSING", "ITEM1.email", "item1.TEL"),
  test,
  isNotDefined: fc.constantFrom(false, false, false, true),
  textMatches: fc.array(textMatch, { maxLength: 2 }),
  parameters: fc.array(parameter, { maxLength: 1 }),
});

export const randomFilter: fc.Arbitrary<CardFilter> = fc.record({
  test,
  properties: fc.array(property, { maxLength: 3 }),
});
