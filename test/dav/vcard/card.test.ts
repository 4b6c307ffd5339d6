import test from "ava";
import * as fc from "fast-check";
import { CardError, checkCard, parseCard } from "../../../dav/vcard/index.ts";
import { holds } from "../../support/property.ts";

const card = (lines: readonly string[], newline = "\r\n") =>
  ["BEGIN:VCARD", ...lines, "END:VCARD", ""].join(newline);
const simple = (...lines: string[]) => card(["VERSION:3.0", "UID:u", "FN:Ann", ...lines]);

function property(text: string, name: string) {
  const found = parseCard(text).properties.find((candidate) => candidate.name === name);
  return found && { ...found, parameters: Object.fromEntries(found.parameters) };
}

function condition(text: string): string {
  try {
    checkCard(parseCard(text));
    return "accepted";
  } catch (error) {
    if (error instanceof CardError) return error.condition;
    throw error;
  }
}

test("a card of 3.0 or 4.0 gives its UID, version and kind", (t) => {
  t.deepEqual(checkCard(parseCard(card(["VERSION:4.0", "UID:urn:uuid:1", "FN:Ann"]))), {
    // The prefix is left out (Q53).
    uid: "1",
    version: "4.0",
    kind: "individual",
  });
  t.is(checkCard(parseCard(simple("X-ADDRESSBOOKSERVER-KIND:group"))).kind, "group");
  t.is(checkCard(parseCard(simple("kind:ORG"))).kind, "org");
  t.is(checkCard(parseCard(card(["version: 3.0 ", "uid: a\\,b ", "n:x"]))).uid, "a,b");
});

test("what is no card, or not one that can be stored, gets its precondition", (t) => {
  const table: [string, string][] = [
    ["", "valid-address-data"],
    ["\r\n \r\n", "valid-address-data"],
    ["hello", "valid-address-data"],
    ["BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "valid-address-data"],
    // SOGo's lists (Q71).
    ["BEGIN:VLIST\r\nUID:u\r\nFN:x\r\nCARD;EMAIL=a@b:u.vcf\r\nEND:VLIST\r\n", "valid-address-data"],
    ["BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nFN:x\r\n", "valid-address-data"],
    [`junk:x\r\n${simple()}`, "valid-address-data"],
    [`${simple()}junk:x\r\n`, "valid-address-data"],
    [simple() + simple(), "valid-address-data"],
    [simple("TEL;HOME;WORK"), "valid-address-data"],
    [card(["UID:u", "FN:x"]), "valid-address-data"],
    [card(["VERSION:3.0", "FN:x"]), "valid-address-data"],
    [card(["VERSION:3.0", "UID:", "FN:x"]), "valid-address-data"],
    [card(["VERSION:3.0", "UID:a", "UID:b", "FN:x"]), "valid-address-data"],
    [card(["VERSION:3.0", "UID:a\u0000b", "FN:x"]), "valid-address-data"],
    [card(["VERSION:3.0", `UID:${"ä".repeat(501)}`, "FN:x"]), "valid-address-data"],
    [card(["VERSION:3.0", `UID:${"ä".repeat(500)}`, "FN:x"]), "accepted"],
    [card(["VERSION:3.0", "UID:a"]), "valid-address-data"],
    [card(["VERSION:2.1", "UID:a", "FN:x"]), "supported-address-data"],
    [card(["VERSION:5.0", "UID:a", "FN:x"]), "supported-address-data"],
    [card(["VERSION:3.0", "UID:a", "ORG:x"]), "accepted"],
  ];
  for (const [text, expected] of table) t.is(condition(text), expected, text);
});

test("names are read in any case, with their group and parameters", (t) => {
  t.like(property(simple('Item1.tel;type=home,"x;y:z";PREF=1:tel:+1:2'), "TEL"), {
    group: "item1",
    name: "TEL",
    parameters: { TYPE: ["home", "x;y:z"], PREF: ["1"] },
    value: "tel:+1:2",
  });
});

test("parameters are read as clients write them", (t) => {
  const table: [string, Record<string, string[]>][] = [
    ["TEL;HOME;VOICE:1", { TYPE: ["HOME", "VOICE"] }],
    ['TEL;TYPE="HOME,VOICE":1', { TYPE: ["HOME", "VOICE"] }],
    ["TEL;TYPE=HOME;type=VOICE:1", { TYPE: ["HOME", "VOICE"] }],
    ['TEL;X-P="Hello, World":1', { "X-P": ["Hello, World"] }],
    ["TEL;X-P=a^nb^'c^^d^e:1", { "X-P": ['a\nb"c^d^e'] }],
    ['TEL;X-P=a"b:1', { "X-P": ['a"b'] }],
    ["TEL;:1", { TYPE: [""] }],
    ["TEL:1", {}],
  ];
  for (const [line, parameters] of table) {
    t.deepEqual(property(simple(line), "TEL")?.parameters, parameters, line);
  }
});

test("lines are unfolded as clients fold them (Q73)", (t) => {
  const table: [string, string][] = [
    ["NOTE:ab\r\n c\r\n\td", "abcd"],
    ["NOTE:ab\n c", "abc"],
    ["NOTE:ab\r\r\n c", "abc"],
    ["NOTE:ab\r\n\r\n c", "abc"],
    ["NOTE:ab\r\n  c", "ab c"],
    ["NOTE:a\rb\u0007c", "a\rb\u0007c"],
    ["NOTE:badly\r\nfolded", "badlyfolded"],
    ["NOTE;ENCODING=QUOTED-PRINTABLE:a=0D=0A=\r\nB:c=\r\nd", "a=0D=0AB:cd"],
    ["NOTE;QUOTED-PRINTABLE:a=\r\n b", "ab"],
  ];
  for (const [lines, value] of table) {
    t.is(property(simple(lines, "TEL:1"), "NOTE")?.value, value, lines);
    t.is(property(simple(lines, "TEL:1"), "TEL")?.value, "1", lines);
  }
});

test("a byte order mark before the card is passed over", (t) => {
  t.is(condition(`\uFEFF${simple()}`), "accepted");
});

test("no text makes the reader throw anything but a CardError", (t) => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom("BEGIN:VCARD", "END:VCARD", "VERSION:3.0", "UID:u", "FN:x", "A;B", " x", "="),
  );
  const text = fc
    .array(line)
    .chain((lines) => fc.constantFrom("\n", "\r\n", "\r").map((newline) => lines.join(newline)));
  holds(fc.property(text, (written) => typeof condition(written) === "string"));
  t.pass();
});

test("what is written, folded anywhere, is read again", (t) => {
  const piece = fc.string({ unit: "grapheme" }).map((written) => written.replaceAll(/[\r\n]/g, ""));
  holds(
    fc.property(fc.array(piece), (pieces) => {
      const read = property(simple(`NOTE:${pieces.join("\r\n ")}`, "TEL:1"), "NOTE");
      return read?.value === pieces.join("");
    }),
  );
  t.pass();
});
