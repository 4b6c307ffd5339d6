import test from "ava";
import { convertCard } from "../../../dav/vcard/convert.ts";
import { parseCard } from "../../../dav/vcard/index.ts";
import { processorTime } from "../../support/processor.ts";

function to(version: "3.0" | "4.0", text: string): string {
  return convertCard(parseCard(text), version);
}

function card(version: "3.0" | "4.0", lines: readonly string[]): string {
  const all = ["BEGIN:VCARD", `VERSION:${version}`, "UID:u", "FN:Ann", "N:Ann;;;;", ...lines];
  return [...all, "END:VCARD", ""].join("\r\n");
}

/** The lines that a card of these lines has in the other version, unfolded. */
function converted(version: "3.0" | "4.0", ...lines: string[]): string[] {
  const text = to(version, card(version === "4.0" ? "3.0" : "4.0", lines));
  return text.replaceAll("\r\n ", "").split("\r\n").slice(5, -2);
}

interface Pair {
  readonly title: string;
  readonly v3: readonly string[];
  readonly v4: readonly string[];
}

/** Each is converted both ways. */
const PAIRS: readonly Pair[] = [
  {
    title: "the preferred one",
    v3: ["EMAIL;TYPE=home,pref:a@b"],
    v4: ["EMAIL;TYPE=home;PREF=1:a@b"],
  },
  {
    title: "an inline photo",
    v3: ["PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ"],
    v4: ["PHOTO:data:image/jpeg;base64,/9j/4AAQ"],
  },
  {
    title: "a photo by URI",
    v3: ["PHOTO;VALUE=uri;TYPE=GIF:http://example.org/a.gif"],
    v4: ["PHOTO;MEDIATYPE=image/gif:http://example.org/a.gif"],
  },
  {
    title: "a key",
    v3: ["KEY;ENCODING=b;TYPE=PGP:AAAA"],
    v4: ["KEY:data:application/pgp-keys;base64,AAAA"],
  },
  {
    title: "a birthday with a time",
    v3: ["BDAY:1953-10-15T23:10:00-06:00"],
    v4: ["BDAY:19531015T231000-0600"],
  },
  {
    title: "a birthday without year (Q33)",
    v3: ["BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29"],
    v4: ["BDAY:--0229"],
  },
  { title: "a birthday that is a month", v3: ["BDAY:1985-04"], v4: ["BDAY:1985-04"] },
  { title: "a birthday that is a day", v3: ["BDAY:---12"], v4: ["BDAY:---12"] },
  {
    title: "a birthday in words",
    v3: ["BDAY;VALUE=text:circa 1800"],
    v4: ["BDAY;VALUE=text:circa 1800"],
  },
  {
    title: "Apple's anniversary (Q33)",
    v3: ["item1.X-ABDATE:2001-02-03", "item1.X-ABLabel:_$!<Anniversary>!$_"],
    v4: ["ANNIVERSARY:20010203"],
  },
  {
    title: "an anniversary without year",
    v3: ["item1.X-ABDATE;X-APPLE-OMIT-YEAR=1604:1604-02-03", "item1.X-ABLabel:_$!<Anniversary>!$_"],
    v4: ["ANNIVERSARY:--0203"],
  },
  {
    title: "Apple's dates with other labels",
    v3: ["item1.X-ABDATE:2001-02-03", "item1.X-ABLabel:First day"],
    v4: ["item1.X-ABDATE:20010203", "item1.X-ABLabel:First day"],
  },
  {
    title: "related names with Apple's labels",
    v3: ["item1.X-ABRELATEDNAMES:Bob", "item1.X-ABLabel:_$!<Spouse>!$_"],
    v4: ["RELATED;VALUE=text;TYPE=spouse:Bob"],
  },
  {
    title: "related names with labels that RELATED has no type for",
    v3: ["item1.X-ABRELATEDNAMES:Eve", "item1.X-ABLabel:_$!<Mother>!$_"],
    v4: ["item1.RELATED;VALUE=text:Eve", "item1.X-ABLabel:_$!<Mother>!$_"],
  },
  {
    title: "an agent by URI",
    v3: ["AGENT;VALUE=uri:urn:uuid:1"],
    v4: ["RELATED;TYPE=agent:urn:uuid:1"],
  },
  {
    title: "other cards that are related stay as they are",
    v3: ["RELATED;TYPE=friend:urn:uuid:1"],
    v4: ["RELATED;TYPE=friend:urn:uuid:1"],
  },
  {
    title: "a social profile (RFC 9554)",
    v3: ["X-SOCIALPROFILE;X-USER=ann;TYPE=twitter:http://twitter.com/ann"],
    v4: ["SOCIALPROFILE;USERNAME=ann;SERVICE-TYPE=twitter:http://twitter.com/ann"],
  },
  {
    title: "instant messaging",
    v3: ["IMPP;TYPE=HOME;X-SERVICE-TYPE=Jabber:xmpp:a@b"],
    v4: ["IMPP;TYPE=HOME;SERVICE-TYPE=Jabber:xmpp:a@b"],
  },
  {
    title: "a group (Q31)",
    v3: [
      "X-ADDRESSBOOKSERVER-KIND:group",
      "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1",
      "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:2",
    ],
    v4: ["KIND:group", "MEMBER:urn:uuid:1", "MEMBER:urn:uuid:2"],
  },
  { title: "a company", v3: ["X-ABShowAs:COMPANY"], v4: ["KIND:org"] },
  { title: "a position", v3: ["GEO:37.386;-122.08"], v4: ["GEO:geo:37.386,-122.08"] },
  { title: "an offset from UTC", v3: ["TZ:-05:00"], v4: ["TZ;VALUE=utc-offset:-0500"] },
  { title: "a zone by name", v3: ["TZ;VALUE=text:Europe/Vienna"], v4: ["TZ:Europe/Vienna"] },
  { title: "a revision", v3: ["REV:2008-04-24T19:52:43Z"], v4: ["REV:20080424T195243Z"] },
  {
    title: "the label of an address",
    v3: ["ADR;TYPE=home:;;1 St;X;;;", 'LABEL;TYPE=home:"1" St\\nX'],
    v4: ["ADR;TYPE=home;LABEL=^'1^' St^nX:;;1 St;X;;;"],
  },
  {
    title: "labels and groups that mean nothing to us",
    v3: ["item7.EMAIL:a@b", "item7.X-ABLabel:Boat", 'x.X-FOO;A=b;C="d,e":f\\,g'],
    v4: ["item7.EMAIL:a@b", "item7.X-ABLabel:Boat", 'x.X-FOO;A=b;C="d,e":f\\,g'],
  },
  {
    title: "categories and the properties of RFC 6474, 6715 and 9554",
    v3: [
      "CATEGORIES:a,b",
      "BIRTHPLACE:Bath",
      "DEATHDATE:19960415",
      "HOBBY;LEVEL=high:go",
      "PRONOUNS:she",
    ],
    v4: [
      "CATEGORIES:a,b",
      "BIRTHPLACE:Bath",
      "DEATHDATE:19960415",
      "HOBBY;LEVEL=high:go",
      "PRONOUNS:she",
    ],
  },
];

for (const { title, v3, v4 } of PAIRS) {
  test(`3.0 and 4.0: ${title}`, (t) => {
    t.deepEqual(converted("4.0", ...v3), [...v4]);
    t.deepEqual(converted("3.0", ...v4), [...v3]);
  });
}

interface Reading {
  readonly title: string;
  readonly version: "3.0" | "4.0";
  readonly from: readonly string[];
  readonly gives: readonly string[];
}

/** What comes back in another spelling, or has only one way. */
const READINGS: readonly Reading[] = [
  {
    title: "a data: URI despite ENCODING=b is taken for what it is (Q74)",
    version: "4.0",
    from: ["PHOTO;ENCODING=b;TYPE=PNG:data:image/png;base64,iVBORw0KGgo"],
    gives: ["PHOTO:data:image/png;base64,iVBORw0KGgo"],
  },
  {
    title: "a photo of no type is looked at",
    version: "4.0",
    from: ["PHOTO;ENCODING=BASE64:iVBORw0KGgo"],
    gives: ["PHOTO:data:image/png;base64,iVBORw0KGgo"],
  },
  {
    title: "quoted-printable is decoded",
    version: "4.0",
    from: ["NOTE;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:gr=FC=DF=0D=0Adich"],
    gives: ["NOTE:grüß\\ndich"],
  },
  {
    title: "colons are not escaped in URIs (Q72)",
    version: "4.0",
    from: ["URL:http\\://example.org/"],
    gives: ["URL:http://example.org/"],
  },
  {
    title: "telephone numbers are text in 3.0",
    version: "3.0",
    from: ['TEL;VALUE=uri;TYPE="voice,home":tel:+1-555-5555;ext=5'],
    gives: ["TEL;TYPE=voice,home:+1-555-5555\\;ext=5"],
  },
  {
    title: "the lowest PREF is the preferred one, and is kept",
    version: "3.0",
    from: ["EMAIL;PREF=50:a@b", "EMAIL;PREF=20:c@d"],
    gives: ["EMAIL;PREF=50:a@b", "EMAIL;PREF=20;TYPE=pref:c@d"],
  },
  {
    title: "a parameter with a plus is quoted (Q27)",
    version: "3.0",
    from: ["TEL;X-LABEL=a+b:1"],
    gives: ['TEL;X-LABEL="a+b":1'],
  },
  {
    title: "SORT-STRING needs an N to go to, and SORT-AS is kept where it is not of N",
    version: "3.0",
    from: ["ORG;SORT-AS=Example:The Example"],
    gives: ["ORG;SORT-AS=Example:The Example"],
  },
];

for (const { title, version, from, gives } of READINGS) {
  test(title, (t) => t.deepEqual(converted(version, ...from), [...gives]));
}

test("SORT-STRING is SORT-AS of N", (t) => {
  const v3 =
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\nN:B;A;;;\r\nSORT-STRING:B\\, A\r\nEND:VCARD\r\n";
  const v4 = 'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:A\r\nN;SORT-AS="B, A":B;A;;;\r\nEND:VCARD\r\n';
  t.is(to("4.0", v3), v4);
  t.is(to("3.0", v4), v3);
});

test("3.0 gets the N it demands; the surname of a group is its name (Q31)", (t) => {
  const group = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:g\r\nKIND:group\r\nFN:a\\;b;c\r\nEND:VCARD\r\n";
  t.regex(to("3.0", group), /^N:a\\;b\\;c;;;;\r$/m);
  t.regex(to("3.0", group.replace("group", "org")), /^N:;;;;\r$/m);
});

test("a card without FN gets one", (t) => {
  const nameless = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\nN:Doe;Ann;;;\r\nEND:VCARD\r\n";
  t.regex(to("4.0", nameless), /^FN:Ann Doe\r$/m);
});

test("lines have at most 75 octets and no character is cut", (t) => {
  const note = `NOTE:${"aä€😀".repeat(100)}`;
  const text = to("4.0", card("3.0", [note]));
  for (const line of text.split("\r\n")) t.true(Buffer.byteLength(line) <= 75);
  t.false(text.includes("\uFFFD"));
  t.true(text.replaceAll("\r\n ", "").includes(note));
});

test("forty thousand labels and addresses are matched in little time", (t) => {
  const lines = Array.from(
    { length: 20_000 },
    (_, i) => `LABEL;TYPE=x${i % 7}:l\r\nADR:;;${i};;;;`,
  );
  const took = processorTime(() => to("4.0", card("3.0", lines)));
  t.true(took < 20_000, `${took} ms`);
});
