import test from "ava";
import * as fc from "fast-check";
import { matchesCard, parseCard } from "../../../dav/vcard/index.ts";
import type {
  CardFilter,
  CardParameterFilter,
  CardPropertyFilter,
  CardTextMatch,
} from "../../../dav/vcard/index.ts";
import { contains } from "../../../dav/vcard/contains.ts";
import { holds } from "../../support/property.ts";

const CARDS = [
  [
    "EMAIL;TYPE=HOME:doe@big.corp",
    "EMAIL;TYPE=WORK:johndoe@example.com",
    "TEL;TYPE=HOME:1",
    "TEL:2",
    "X-P;X-Q=WORK:x",
  ],
  ["EMAIL:mu@abcd.com", "EMAIL:max@abcd.com", 'X-P;X-Q=HOME,WORK;X-S="Hello, World":x'],
  ["TEL;TYPE=HOME:3", "IMPP;X-SERVICE-TYPE=Skype:x"],
  ["item1.EMAIL:foo@ex.com", "IMPP;X-SERVICE-TYPE=Jabber:x", "NOTE:Straße\\, né\\nCafé"],
].map((lines, i) =>
  parseCard(
    ["BEGIN:VCARD", "VERSION:3.0", `UID:${i}`, "FN:x", ...lines, "END:VCARD", ""].join("\r\n"),
  ),
);

const text = (wanted: string, extra: Partial<CardTextMatch> = {}): CardTextMatch => ({
  text: wanted,
  collation: "i;unicode-casemap",
  matchType: "contains",
  negate: false,
  ...extra,
});
const not = (wanted: string): CardTextMatch => text(wanted, { negate: true });
const parameter = (name: string, textMatch: CardTextMatch | null = null): CardParameterFilter => ({
  name,
  isNotDefined: false,
  textMatch,
});
const property = (name: string, extra: Partial<CardPropertyFilter> = {}): CardPropertyFilter => ({
  name,
  test: "anyof",
  isNotDefined: false,
  textMatches: [],
  parameters: [],
  ...extra,
});
const find = (filter: CardFilter): number[] =>
  CARDS.flatMap((card, i) => (matchesCard(card, filter) ? [i] : []));
const findOne = (one: CardPropertyFilter): number[] => find({ test: "anyof", properties: [one] });

test("a filter without conditions matches every card", (t) => {
  t.deepEqual(find({ test: "anyof", properties: [] }), [0, 1, 2, 3]);
  t.deepEqual(find({ test: "allof", properties: [] }), [0, 1, 2, 3]);
});

test("a bare prop-filter means has it, is-not-defined has it not (D55), in any case (D54)", (t) => {
  t.deepEqual(findOne(property("EMAIL")), [0, 1, 3]);
  t.deepEqual(findOne(property("email")), [0, 1, 3]);
  t.deepEqual(findOne(property("eMail", { isNotDefined: true })), [2]);
});

test("a name with a group means that group, one without means all (Q34, D54)", (t) => {
  t.deepEqual(findOne(property("ITEM1.email")), [3]);
  t.deepEqual(findOne(property("item2.EMAIL")), []);
  t.deepEqual(findOne(property("item1.EMAIL", { isNotDefined: true })), [0, 1, 2]);
  t.deepEqual(findOne(property("item1.EMAIL", { textMatches: [text("@ex")] })), [3]);
});

test("each match type compares as its name says", (t) => {
  const table: [CardTextMatch, number[]][] = [
    [text("johnDOE@example.com", { matchType: "equals" }), [0]],
    [text("doe@example.com", { matchType: "equals" }), []],
    [text("U@AB"), [1]],
    [text("MAX", { matchType: "starts-with" }), [1]],
    [text("doe", { matchType: "starts-with" }), [0]],
    [text("@EXample.com", { matchType: "ends-with" }), [0]],
    [text(""), [0, 1, 3]],
  ];
  for (const [match, expected] of table) {
    t.deepEqual(findOne(property("EMAIL", { textMatches: [match] })), expected, match.text);
  }
});

const note = (wanted: string, collation: CardTextMatch["collation"]) =>
  findOne(property("NOTE", { textMatches: [text(wanted, { collation })] })).length === 1;

test("each collation folds what it says", (t) => {
  t.true(note("NÉ", "i;unicode-casemap"));
  t.true(note("ne\u0301\ncafe\u0301", "i;unicode-casemap"));
  t.true(note("STRASSE, N", "i;unicode-casemap"));
  t.true(note("CAF", "i;ascii-casemap"));
  t.false(note("NÉ", "i;ascii-casemap"));
  t.true(note("Né".toLowerCase(), "i;octet"));
  t.false(note("NÉ", "i;octet"));
  t.false(note("caf", "i;octet"));
});

test("a negated text matches when any instance lacks it, never without the property (D57)", (t) => {
  t.deepEqual(findOne(property("EMAIL", { textMatches: [not("@abcd.com")] })), [0, 3]);
  t.deepEqual(findOne(property("EMAIL", { textMatches: [not("@example.com")] })), [0, 1, 3]);
});

test("anyof and allof hold at both levels, allof for one and the same instance (D56)", (t) => {
  const two = [text("doe", { matchType: "starts-with" }), text(".com", { matchType: "ends-with" })];
  t.deepEqual(findOne(property("EMAIL", { test: "allof", textMatches: two })), []);
  t.deepEqual(findOne(property("EMAIL", { test: "anyof", textMatches: two })), [0, 1, 3]);
  const one = [text("doe"), text(".com")];
  t.deepEqual(findOne(property("EMAIL", { test: "allof", textMatches: one })), [0]);
  const properties = [property("EMAIL"), property("IMPP")];
  t.deepEqual(find({ test: "allof", properties }), [3]);
  t.deepEqual(find({ test: "anyof", properties }), [0, 1, 2, 3]);
});

test("param-filter looks at the values of the parameter, one by one (D58)", (t) => {
  const table: [string, CardParameterFilter, number[]][] = [
    ["EMAIL", parameter("type"), [0]],
    ["EMAIL", { ...parameter("TYPE"), isNotDefined: true }, [1, 3]],
    ["TEL", { ...parameter("TYPE"), isNotDefined: true }, []],
    ["EMAIL", parameter("TYPE", text("home", { matchType: "equals" })), [0]],
    ["EMAIL", parameter("TYPE", text("ORK", { matchType: "ends-with" })), [0]],
    ["EMAIL", parameter("TYPE", text("johndoe")), []],
    ["X-P", parameter("X-Q", text("HOME", { matchType: "equals" })), [1]],
    ["X-P", parameter("X-Q", text("WORK", { matchType: "equals" })), [0, 1]],
    ["X-P", parameter("X-S", text("lo, W")), [1]],
    ["IMPP", parameter("X-SERVICE-TYPE", not("Skype")), [3]],
    ["EMAIL", parameter("TYPE", not("WORK")), [0]],
    ["TEL", parameter("TYPE", not("HOME")), []],
    ["NOTE", parameter("TYPE", not("HOME")), []],
  ];
  for (const [name, filter, expected] of table) {
    t.deepEqual(findOne(property(name, { parameters: [filter] })), expected, name);
  }
});

test("a text and a parameter joined by allof must belong to one instance", (t) => {
  for (const [type, found] of [
    ["work", [0]],
    ["home", []],
  ] as const) {
    const textMatches = [text("johndoe")];
    const parameters = [parameter("TYPE", text(type))];
    t.deepEqual(findOne(property("EMAIL", { test: "allof", textMatches, parameters })), [...found]);
  }
});

test("a value of several texts is matched as a whole and in each part", (t) => {
  const card = parseCard(
    "BEGIN:VCARD\nVERSION:3.0\nUID:u\nN:Doe;Jo\\;hn;A,B\nCATEGORIES:a\\,b,Friends\nFN:a,b\nEND:VCARD\n",
  );
  const has = (name: string, wanted: string) => {
    const match = text(wanted, { matchType: "equals" });
    const properties = [property(name, { textMatches: [match] })];
    return matchesCard(card, { test: "anyof", properties });
  };
  t.true(has("N", "doe"));
  t.true(has("N", "jo;hn"));
  t.true(has("CATEGORIES", "a,b"));
  t.true(has("CATEGORIES", "friends"));
  t.true(has("N", "Doe;Jo;hn;A,B"));
  t.false(has("CATEGORIES", "b"));
  t.false(has("FN", "a"));
});

test("long texts are found as short ones are", (t) => {
  const unit = fc.constantFrom("a", "b");
  holds(
    fc.property(
      fc.string({ unit, maxLength: 400 }),
      fc.string({ unit, minLength: 60, maxLength: 80 }),
      fc.nat(300),
      (haystack, needle, at) =>
        contains(haystack, needle) === haystack.includes(needle) &&
        contains(haystack.slice(0, at) + needle + haystack, needle) &&
        contains(haystack + haystack, haystack),
    ),
  );
  t.pass();
});
