import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { join } from "node:path";
import test from "ava";
import fc from "fast-check";
import { decodeText } from "../../../dav/text.ts";
import { convertCard } from "../../../dav/vcard/convert.ts";
import { parseCard, splitCards } from "../../../dav/vcard/index.ts";
import { meaningOf } from "../../support/card-meaning.ts";
import { corpusFolder } from "../../support/corpus.ts";
import { holds } from "../../support/property.ts";

type Version = "3.0" | "4.0";

function to(version: Version, text: string): string {
  return convertCard(parseCard(text), version);
}

function card(version: Version, lines: readonly string[]): string {
  const all = ["BEGIN:VCARD", `VERSION:${version}`, "UID:u", "FN:Ann", "N:Ann;;;;", ...lines];
  return [...all, "END:VCARD", ""].join("\r\n");
}

const word = fc.stringMatching(/^[A-Za-zäß€ ]{1,12}$/);
const escaped = fc.stringMatching(/^(?:[A-Za-zäß€ ]|\\n|\\,|\\;|\\\\){1,20}$/);
const base64 = fc
  .uint8Array({ minLength: 1, maxLength: 200 })
  .map((bytes) => Buffer.from(bytes).toString("base64"));
const day = fc
  .tuple(
    fc.integer({ min: 1700, max: 2100 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 }),
  )
  .map(([y, m, d]) => `${y}-${String(m).padStart(2, "0")}-${String(d).padStart(2, "0")}`);
const types = fc
  .subarray(["HOME", "work", "pref", "x-boat", "CELL"])
  .map((found) => (found.length > 0 ? `;TYPE=${found.join(",")}` : ""));
const label = fc.oneof(
  fc.constantFrom("_$!<Anniversary>!$_", "_$!<Spouse>!$_", "_$!<Mother>!$_", "_$!<Friend>!$_"),
  escaped,
);

function joined(...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...parts).map((all) => all.join(""));
}

const shared = [
  joined(
    fc.constantFrom("NOTE", "TITLE", "X-FOO", "BIRTHPLACE", "HOBBY;LEVEL=high"),
    fc.constant(":"),
    escaped,
  ),
  joined(fc.constantFrom("CATEGORIES:", "NICKNAME:", "ORG:"), escaped),
  joined(fc.constant('X-BAR;A=b;C="d;e","f^nl":'), escaped),
  joined(
    fc.constantFrom("item1.", "item2.", "Home.", ""),
    fc.constantFrom("EMAIL", "TEL", "X-ABADR"),
    types,
    fc.constant(":"),
    word,
  ),
];

const line3 = fc.oneof(
  ...shared,
  joined(fc.constantFrom("BDAY:", "REV:", "item3.X-ABDATE:", "item4.X-ABDATE:"), day),
  fc.constantFrom(
    "BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-06",
    "BDAY:1999",
    "BDAY:--05",
    "REV:2008-04-24T19:52:43Z",
  ),
  joined(
    fc.constantFrom("item3.", "item5.", "item6.", ""),
    fc.constantFrom("X-ABRELATEDNAMES"),
    types,
    fc.constant(":"),
    escaped,
  ),
  joined(
    fc.constantFrom("item3.", "item4.", "item5.", "item6.", "item1."),
    fc.constant("X-ABLabel:"),
    label,
  ),
  joined(
    fc.constantFrom(
      "PHOTO;ENCODING=b;TYPE=JPEG:",
      "LOGO;ENCODING=b;TYPE=PNG,WORK:",
      "SOUND;ENCODING=b;TYPE=OGG:",
      "KEY;ENCODING=b;TYPE=X509:",
    ),
    base64,
  ),
  fc.constantFrom(
    "PHOTO;VALUE=uri;TYPE=GIF:http://a/b",
    "PHOTO;VALUE=uri:http://a/b,c;d",
    "KEY;TYPE=PGP:text",
  ),
  fc.constantFrom(
    "X-ADDRESSBOOKSERVER-KIND:group",
    "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1",
    "X-ABShowAs:COMPANY",
    "GEO:1.5;-2",
    "TZ:-05:00",
    "TZ;VALUE=text:UTC",
  ),
  joined(
    fc.constantFrom("ADR", "item1.ADR"),
    types,
    fc.constant(":;;"),
    escaped,
    fc.constant(";;;;"),
  ),
  joined(fc.constant("LABEL"), types, fc.constant(":"), escaped),
  joined(fc.constant("X-SOCIALPROFILE;TYPE=twitter;X-USER=ann:http://a/"), word),
  fc.constantFrom(
    "IMPP;X-SERVICE-TYPE=Jabber;TYPE=HOME,pref:xmpp:a@b",
    "SORT-STRING:x",
    "AGENT;VALUE=uri:urn:uuid:2",
  ),
);

const day4 = day.map((date) => date.replaceAll("-", ""));
const line4 = fc.oneof(
  ...shared
    .map((line) => line.map((text) => text.replace(/,?pref,?/, "")))
    .map((line) => line.map((text) => text.replace("TYPE=:", "PREF=3:"))),
  joined(fc.constantFrom("BDAY:", "ANNIVERSARY:", "DEATHDATE:"), day4),
  fc.constantFrom(
    "BDAY:--0506",
    "ANNIVERSARY;VALUE=text:spring",
    "BDAY:T1011",
    "REV:20080424T195243Z",
  ),
  joined(
    fc.constantFrom(
      "RELATED;VALUE=text;TYPE=spouse:",
      "x.RELATED;VALUE=text:",
      "RELATED;VALUE=text;TYPE=kin,muse:",
    ),
    word,
  ),
  fc.constantFrom(
    "RELATED;TYPE=agent:urn:uuid:1",
    "RELATED;TYPE=friend;PREF=1:urn:uuid:1",
    "KIND:org",
    "KIND:location",
    "MEMBER:mailto:a@b",
  ),
  joined(
    fc.constantFrom(
      "PHOTO:data:image/png;base64,",
      "KEY:data:application/pgp-keys;base64,",
      "SOUND:data:audio/ogg;base64,",
      "PHOTO:data:application/pdf;base64,",
    ),
    base64,
  ),
  fc.constantFrom(
    "PHOTO;MEDIATYPE=image/gif:http://a/b",
    "LOGO:http://a/b",
    "PHOTO:data:image/svg+xml;utf8,x",
    "KEY;VALUE=text:x",
  ),
  fc.constantFrom(
    "GEO:geo:1.5,-2",
    "GEO:geo:1,2;u=9",
    "TZ:Europe/Vienna",
    "TZ;VALUE=utc-offset:-0500",
    "TZ;VALUE=uri:http://a/",
  ),
  joined(fc.constant('ADR;PREF=1;LABEL="a,b^nc":;;'), escaped, fc.constant(";;;;")),
  fc.constantFrom(
    "SOCIALPROFILE;SERVICE-TYPE=X;USERNAME=a:http://a/",
    "SOCIALPROFILE;VALUE=text;SERVICE-TYPE=X:a",
    "IMPP;SERVICE-TYPE=X:a:b",
    "EMAIL;PREF=1;PID=1.1:a@b",
    "EMAIL;PREF=7;ALTID=1:a@b",
  ),
);

/** Holds for cards of these lines: there and back says the same. A failure names its seed. */
function survives(version: Version, line: fc.Arbitrary<string>): void {
  const other = version === "3.0" ? "4.0" : "3.0";
  const property = fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
    const text = card(version, lines);
    return isDeepStrictEqual(meaningOf(to(version, to(other, text))), meaningOf(text));
  });
  holds(property, { numRuns: 500 });
}

test("3.0 to 4.0 and back keeps everything", (t) => {
  t.notThrows(() => survives("3.0", line3));
});

test("4.0 to 3.0 and back keeps everything", (t) => {
  t.notThrows(() => survives("4.0", line4));
});

const FOLDER = corpusFolder("vcf");
if (existsSync(FOLDER)) {
  test("every card of the corpus goes to the other version and back", (t) => {
    for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".vcf"))) {
      const { cards } = splitCards(decodeText(readFileSync(join(FOLDER, file))).text);
      for (const { text } of cards) {
        const { version } = parseCard(text);
        // The encodings of 2.1 have one way.
        const isEncoded = /QUOTED-PRINTABLE/i.test(text);
        const before = meaningOf(isEncoded ? to(version, text) : text);
        const after = meaningOf(to(version, to(version === "3.0" ? "4.0" : "3.0", text)));
        const added = after.filter((line) => !before.includes(line));
        t.deepEqual(
          before.filter((line) => !after.includes(line)),
          [],
          file,
        );
        // What the versions demand and the card lacks.
        t.deepEqual(
          added.filter((line) => !/^F?N;/.test(line)),
          [],
          file,
        );
      }
    }
  });
} else {
  test("the corpus is converted", (t) => {
    t.log(`skipped: there is no folder ${FOLDER}`);
    t.pass();
  });
}
