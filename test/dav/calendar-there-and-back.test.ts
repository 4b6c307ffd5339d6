import { deepStrictEqual } from "node:assert";
import test from "ava";
import * as fc from "fast-check";
import { AS_STORED, formatCalendar } from "../../dav/calendar-format.ts";
import { parseCalendar, renderCalendar, textOfJcal } from "../../dav/icalendar/index.ts";
import { jcalOfXcal } from "../../dav/xcal-read.ts";
import { holds } from "../support/property.ts";

const character = fc.oneof(
  fc.constantFrom(
    "a",
    "Z",
    "0",
    " ",
    ",",
    ";",
    ":",
    "\\",
    '"',
    "^",
    "'",
    "\n",
    "ü",
    "€",
    "🎂",
    "\u00ad",
  ),
  fc.string({ minLength: 1, maxLength: 1, unit: "grapheme-composite" }),
);
// XML has no control characters and white space at the ends of a line is nobody's; the rest is text.
const text = fc
  .array(character, { minLength: 1, maxLength: 90 })
  .map((all) =>
    all
      .join("")
      .replace(/[^\P{C}\n\u00ad]/gu, "")
      .trim(),
  )
  .filter((all) => all !== "");
const escaped = (value: string) => value.replace(/[\\,;]/g, "\\$&").replace(/\n/g, "\\n");
/** RFC 6868. A backslash in a parameter means nothing, but ical.js takes it for an escape. */
const quoted = (value: string) =>
  `"${value.replaceAll("\\", "/").replace(/\^/g, "^^").replace(/\n/g, "^n").replace(/"/g, "^'")}"`;

const WRITTEN = [
  "DTSTART;TZID=Europe/Berlin:20261124T100000",
  "DTEND;VALUE=DATE:20261124",
  "DURATION:-P1DT2H",
  "DUE:20261124T100000Z",
  "RRULE:FREQ=MONTHLY;BYDAY=-1FR,MO;COUNT=3;BYMONTH=1,2",
  "RRULE:FREQ=YEARLY;UNTIL=20270101T000000Z;BYSETPOS=-1;WKST=SU",
  "EXDATE:20261124T100000Z,20261125T100000Z",
  "RDATE;VALUE=PERIOD:20261124T100000Z/PT1H,20261125T100000Z/20261126T100000Z",
  "GEO:1.5;-2.25",
  "PRIORITY:7",
  "PERCENT-COMPLETE:50",
  "SEQUENCE:0",
  "REQUEST-STATUS:2.0;Success",
  "ATTACH;ENCODING=BASE64;VALUE=BINARY:aGVsbG8=",
  "ATTACH;FMTTYPE=text/plain:https://example.org/a,b;c",
  "URL:https://example.org/?a=1&b=<2>",
  "ATTENDEE;RSVP=TRUE;PARTSTAT=ACCEPTED:mailto:a@example.org",
  'ATTENDEE;MEMBER="mailto:g@example.org","mailto:h@example.org":mailto:b@example.org',
  "ORGANIZER:urn:uuid:6a0e3c1e-6f57-4b1c-9a20-0d9f5a0c6a11",
  "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261124T100000Z/PT1H",
  "TRANSP:OPAQUE",
  "X-NUMBER;VALUE=INTEGER:5",
  "X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-APPLE-RADIUS=70:geo:1.5,2.5",
  "COLOR:turquoise",
  "REFRESH-INTERVAL;VALUE=DURATION:P1W",
  "IMAGE;VALUE=URI;DISPLAY=BADGE;FMTTYPE=image/png:https://example.org/i.png",
  'CONFERENCE;VALUE=URI;FEATURE=PHONE,MODERATOR;LABEL="Call: now":tel:+1-412-555-0123',
  'STRUCTURED-DATA;VALUE=TEXT;FMTTYPE=application/ld+json:{\\"a\\"\\,1}',
];

const line = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...WRITTEN) },
  fc
    .tuple(fc.constantFrom("SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT"), text)
    .map(([name, value]) => `${name}:${escaped(value)}`),
  fc
    .array(text, { minLength: 1, maxLength: 3 })
    .map((all) => `CATEGORIES:${all.map(escaped).join(",")}`),
  text.map((value) => `ATTENDEE;CN=${quoted(value)}:mailto:a@example.org`),
  text.map((value) => `X-NOTE:${value.replaceAll("\n", " ")}`),
);

const component = (name: string, lines: readonly string[]) => [
  `BEGIN:${name}`,
  ...lines,
  `END:${name}`,
];
const calendar = fc
  .record({
    name: fc.constantFrom("VEVENT", "VTODO", "VJOURNAL", "X-THING"),
    lines: fc.array(line, { maxLength: 12 }),
    inside: fc.option(fc.array(line, { maxLength: 4 }), { nil: null }),
  })
  .map(({ name, lines, inside }) => {
    const alarm = inside === null ? [] : component("VALARM", inside);
    const zone = component("STANDARD", [
      "DTSTART:19700101T000000",
      "TZOFFSETFROM:+0130",
      "TZOFFSETTO:-0100",
    ]);
    const all = ["VERSION:2.0", ...component("VTIMEZONE", ["TZID:A", ...zone])];
    return component("VCALENDAR", [...all, ...component(name, [...lines, ...alarm])])
      .map((each) => `${each}\r\n`)
      .join("");
  });

const jcal = (stored: string) =>
  JSON.parse(formatCalendar(stored, "application/calendar+json", AS_STORED)) as unknown;

/** Each property and component as it was read, without where it stood. */
function meaning(stored: string): unknown {
  return JSON.parse(
    JSON.stringify(parseCalendar(stored), (key, value: unknown) =>
      ["line", "starts", "ends"].includes(key) ? undefined : value,
    ),
  );
}

test("what is written anew says what was read", (t) => {
  const all = { name: "VCALENDAR", properties: "all", components: "all" } as const;
  holds(
    fc.property(calendar, (stored) => {
      const written = renderCalendar(stored, { ...AS_STORED, selection: all }, null, () => {});
      deepStrictEqual(meaning(written), meaning(stored));
      for (const each of written.split("\r\n"))
        deepStrictEqual(Buffer.byteLength(each) <= 75, true, each);
    }),
  );
  t.pass();
});

test("a calendar says the same after jCal, there and back", (t) => {
  holds(
    fc.property(calendar, (stored) =>
      deepStrictEqual(jcal(textOfJcal(jcal(stored))), jcal(stored)),
    ),
  );
  t.pass();
});

test("a calendar says the same after xCal, there and back", (t) => {
  holds(
    fc.property(calendar, (stored) => {
      const xml = formatCalendar(stored, "application/calendar+xml", AS_STORED);
      deepStrictEqual(jcal(textOfJcal(jcalOfXcal(Buffer.from(xml)))), jcal(stored));
    }),
  );
  t.pass();
});
