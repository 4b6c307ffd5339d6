import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import fc from "fast-check";
import {
  EmailProperty,
  FNProperty,
  IntegerType,
  NicknameProperty,
  NProperty,
  PrefParameter,
  SpecialValueType,
  TextListType,
  TextType,
  URIType,
  URLProperty,
  VCARD,
} from "vcard4";
import { decodeText } from "../../../dav/text.ts";
import {
  CardError,
  jcardOf,
  parseCard,
  renderCard,
  splitCards,
  textOfJcard,
  type JcardValue,
} from "../../../dav/vcard/index.ts";
import { xcardDocument } from "../../../dav/xcard.ts";
import { jcardOfXcard } from "../../../dav/xcard-read.ts";
import { meaningOf } from "../../support/card-meaning.ts";
import { corpusFolder } from "../../support/corpus.ts";
import { holds } from "../../support/property.ts";

function card(...lines: string[]): string {
  return ["BEGIN:VCARD", "VERSION:4.0", ...lines, "END:VCARD", ""].join("\r\n");
}

const throughJcard = (text: string) =>
  textOfJcard(JSON.parse(JSON.stringify(jcardOf(parseCard(text)))));
const throughXcard = (text: string) =>
  textOfJcard(jcardOfXcard(Buffer.from(xcardDocument([jcardOf(parseCard(text))]))));

const SAMPLE = card(
  "UID:urn:uuid:4fbe8971",
  "FN:Ann & Example\\, <x>",
  'N;SORT-AS="Example,Ann":Example;Ann,Mary;;Dr.;',
  "item1.EMAIL;TYPE=work,home;PREF=1;X-FOO=b&r:ann@example.org",
  "item1.X-ABLabel:a\\,b",
  "BDAY:--0405",
  "ANNIVERSARY:20090808T143000-0500",
  "DEATHDATE;VALUE=text:circa 1800",
  "ORG:A\\;B;C",
  "ORG:Alone",
  "CATEGORIES:a,b\\,c",
  "TEL;VALUE=uri;TYPE=cell:tel:+1-2",
  "REV:20200101T000000Z",
  "TZ;VALUE=utc-offset:-0500",
  "ADR;LABEL=a^nb:;;1 St;City,Town;;1;US",
  "GENDER:M;x",
  "LANG:en",
  "NOTE:a\\nb",
  "X-COUNT;VALUE=integer:12",
  "X-YES;VALUE=boolean:TRUE",
);

test("jCard is what RFC 7095 says", (t) => {
  t.deepEqual(jcardOf(parseCard(SAMPLE)), [
    "vcard",
    [
      ["version", {}, "text", "4.0"],
      ["uid", {}, "uri", "urn:uuid:4fbe8971"],
      ["fn", {}, "text", "Ann & Example, <x>"],
      ["n", { "sort-as": "Example,Ann" }, "text", ["Example", ["Ann", "Mary"], "", "Dr.", ""]],
      [
        "email",
        { type: ["work", "home"], pref: "1", "x-foo": "b&r", group: "item1" },
        "text",
        "ann@example.org",
      ],
      ["x-ablabel", { group: "item1" }, "unknown", "a\\,b"],
      ["bday", {}, "date-and-or-time", "--04-05"],
      ["anniversary", {}, "date-and-or-time", "2009-08-08T14:30:00-05:00"],
      ["deathdate", {}, "text", "circa 1800"],
      ["org", {}, "text", ["A;B", "C"]],
      ["org", {}, "text", "Alone"],
      ["categories", {}, "text", "a", "b,c"],
      ["tel", { type: "cell" }, "uri", "tel:+1-2"],
      ["rev", {}, "timestamp", "2020-01-01T00:00:00Z"],
      ["tz", {}, "utc-offset", "-05:00"],
      ["adr", { label: "a\nb" }, "text", ["", "", "1 St", ["City", "Town"], "", "1", "US"]],
      ["gender", {}, "text", ["M", "x"]],
      ["lang", {}, "language-tag", "en"],
      ["note", {}, "text", "a\nb"],
      ["x-count", {}, "integer", 12],
      ["x-yes", {}, "boolean", true],
    ],
  ]);
});

test("vcard4 writes the same jCard and xCard", (t) => {
  const text = (value: string) => new TextType(value);
  const name = [text("Example"), text("Ann"), text("M & <M>"), text("Dr."), text("PhD")];
  const written = new VCARD([
    new FNProperty([], text("Ann, the Example")),
    new NProperty([], new SpecialValueType("NProperty", name)),
    new EmailProperty([new PrefParameter(new IntegerType(1))], text("ann@example.org")),
    new URLProperty([], new URIType("http://example.org/?a=b,c")),
    new NicknameProperty([], new TextListType([text("An"), text("Annie")])),
  ]);
  const jcard = jcardOf(parseCard(written.repr()));
  const [, [version, ...properties]] = jcard;
  t.deepEqual(version, ["version", {}, "text", "4.0"]);
  t.deepEqual(properties, written.reprJSON()[1]);
  const content = (xml: string) =>
    xml.replace(/^.*<(?:xcard:)?vcards .*?>/s, "").replaceAll("xcard:", "");
  t.is(content(xcardDocument([jcard])), content(written.reprXML()));
});

test("times have the extended form in jCard and the basic one in vCard", (t) => {
  for (const [basic, extended] of [
    ["1985", "1985"],
    ["1985-04", "1985-04"],
    ["--04", "--04"],
    ["---12", "---12"],
    ["19961022T1400", "1996-10-22T14:00"],
    ["--1022T14", "--10-22T14"],
    ["T102200Z", "T10:22:00Z"],
    ["T10-0800", "T10-08:00"],
    ["T-2200", "T-22:00"],
    ["T--00", "T--00"],
  ]) {
    const [, properties] = jcardOf(parseCard(card("FN:x", `BDAY:${basic}`)));
    t.deepEqual(properties.at(-1), ["bday", {}, "date-and-or-time", extended ?? ""]);
    t.true(throughJcard(card("FN:x", `BDAY:${basic}`)).includes(`BDAY:${basic}\r\n`), basic);
    t.true(throughXcard(card("FN:x", `BDAY:${basic}`)).includes(`BDAY:${basic}\r\n`), basic);
  }
});

test("xCard is what RFC 6351 says", (t) => {
  const xml = xcardDocument([jcardOf(parseCard(SAMPLE))]).replaceAll("xcard:", "");
  const parts = [
    "<fn><text>Ann &amp; Example, &lt;x&gt;</text></fn>",
    "<surname>Example</surname><given>Ann</given><given>Mary</given><additional></additional>",
    '<group name="item1"><email><parameters><type><text>work</text><text>home</text></type>',
    "<pref><integer>1</integer></pref>",
    "<bday><date>--0405</date></bday>",
    "<anniversary><date-time>20090808T143000-0500</date-time></anniversary>",
    "<deathdate><text>circa 1800</text></deathdate>",
    "<org><text>A;B</text><text>C</text></org>",
    "<categories><text>a</text><text>b,c</text></categories>",
    "<rev><timestamp>20200101T000000Z</timestamp></rev>",
    "<locality>City</locality><locality>Town</locality><region></region>",
    "<gender><sex>M</sex><identity>x</identity></gender>",
    "<lang><language-tag>en</language-tag></lang>",
  ];
  t.deepEqual(
    parts.filter((part) => !xml.includes(part)),
    [],
  );
  t.false(xml.includes("<version>"));
});

test("a card in jCard or xCard comes back as it was", (t) => {
  const upper = SAMPLE.replace("TRUE", "true");
  t.deepEqual(meaningOf(throughJcard(upper)), meaningOf(upper));
  t.deepEqual(meaningOf(throughXcard(upper)), meaningOf(upper));
});

const escaped = fc.stringMatching(/^(?:[A-Za-zäß€<&"' ]|\\n|\\,|\\;|\\\\){0,20}$/);
const line = fc
  .tuple(
    fc.constantFrom("", "item1.", "item2."),
    fc.constantFrom(
      "NOTE",
      "ORG",
      "N",
      "ADR",
      "NICKNAME",
      "CATEGORIES",
      "X-FOO",
      "TITLE",
      "GENDER",
    ),
    fc.constantFrom("", ";TYPE=home,work", ';X-A="b;c",d', ";PREF=3", ';LABEL="^na,b"'),
    fc.array(escaped, { minLength: 1, maxLength: 7 }),
    fc.constantFrom(";", ","),
  )
  .map(
    ([group, name, parameters, parts, separator]) =>
      `${group}${name}${parameters}:${parts.join(separator)}`,
  );

test("any card comes back from jCard and xCard as it was", (t) => {
  holds(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const text = card("FN:x", ...lines);
      t.deepEqual(said(throughJcard(text)), said(text));
      t.deepEqual(said(throughXcard(text)), said(text));
    }),
  );
});

/**
 * What a card says, in order: an xCard puts groups last, names parts of N and ADR though they are empty, and
 * says of a date what it is rather than what it might be.
 */
function said(text: string): string[] {
  const [, properties] = jcardOf(parseCard(text));
  return properties
    .map(([name, parameters, type, ...values]) =>
      JSON.stringify([name, parameters, type.replace(/^date.*/, "date"), ...values.map(trimmed)]),
    )
    .toSorted();
}

function trimmed(value: JcardValue): JcardValue {
  if (typeof value === "string") return value.replaceAll("\r", "\n");
  if (typeof value !== "object") return value;
  const last = value.findLastIndex((part) => part !== "");
  return last < 1 && typeof value[0] === "string" ? value[0] : value.slice(0, last + 1);
}

test("cards of the corpus come back from jCard and xCard as they were", (t) => {
  const folder = corpusFolder("vcf");
  if (!existsSync(folder)) t.log(`skipped: there is no folder ${folder}`);
  const files = existsSync(folder) ? readdirSync(folder) : [];
  t.pass();
  for (const file of files.filter((each) => each.endsWith(".vcf"))) {
    for (const { text } of splitCards(decodeText(readFileSync(join(folder, file))).text).cards) {
      const rendered = renderCard(text, "4.0", null);
      t.deepEqual(said(throughJcard(rendered)), said(rendered), file);
      // KDE has slashes in names, and XML cannot.
      const nameable = rendered.replaceAll(/^(X-messaging)\//gim, "$1");
      t.deepEqual(said(throughXcard(rendered)), said(nameable), file);
    }
  }
});

test("what is no jCard of one card is refused", (t) => {
  const version = ["version", {}, "text", "4.0"];
  for (const jcard of [
    undefined,
    null,
    [],
    ["vcard", []],
    ["vcalendar", [], []],
    ["vcard", [["version", {}, "text", "3.0"]]],
    ["vcard", [version, ["fn", {}, "text"]]],
    ["vcard", [version, ["fn", null, "text", "x"]]],
    ["vcard", [version, ["f n", {}, "text", "x"]]],
    ["vcard", [version, ["url", {}, "uri", "http://x\r\nEVIL:1"]]],
    ["vcard", [version, ["fn", { "x-a": "a\rb" }, "text", "x"]]],
    ["vcard", [version, ["fn", {}, "text", { a: 1 }]]],
    ["vcard", [version, ["fn", { group: "a\r\nb" }, "text", "x"]]],
  ]) {
    t.throws(() => textOfJcard(jcard), { instanceOf: CardError }, JSON.stringify(jcard));
  }
});

test("what is no xCard of one card is refused", (t) => {
  const open = '<vcards xmlns="urn:ietf:params:xml:ns:vcard-4.0">';
  for (const xml of [
    "",
    "<a/>",
    `${open}</vcards>`,
    `${open}<vcard/><vcard/></vcards>`,
    `${open}<vcard><fn/></vcard></vcards>`,
  ]) {
    t.throws(() => jcardOfXcard(Buffer.from(xml)), { instanceOf: CardError }, xml);
  }
});
