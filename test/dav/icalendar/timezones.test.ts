import test from "ava";
import * as fc from "fast-check";
import { occurrences, parseCalendar } from "../../../dav/icalendar/index.ts";
import { withTimezones } from "../../../dav/icalendar/timezones.ts";
import { anyObject } from "../../support/any-calendar.ts";
import { HOME_ZONE } from "../../support/plain-calendar.ts";
import { textOf } from "../../support/plain-calendar-text.ts";
import { holds } from "../../support/property.ts";

const NOW = Date.UTC(2026, 6, 1) / 1000;
const timesOf = (text: string) => occurrences(parseCalendar(text), { now: NOW });

const calendar = (...lines: string[]) =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", ...lines, "END:VCALENDAR", ""].join("\r\n");
const event = (...lines: string[]) => ["BEGIN:VEVENT", "UID:1", ...lines, "END:VEVENT"];

/** Half an hour of summer time, offsets with seconds, a day that was left out, rules that ended. */
const ZONES = [
  "Europe/Berlin",
  "America/New_York",
  "America/Sao_Paulo",
  "America/St_Johns",
  "Africa/Monrovia",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "Pacific/Apia",
];

/** What the texts of any-calendar.ts hold, in another zone and year. */
const anyZoned = fc
  .tuple(
    anyObject.map(textOf).filter((text) => text.includes(`TZID=${HOME_ZONE}`)),
    fc.constantFrom(...ZONES),
    fc.integer({ min: 1895, max: 2030 }),
  )
  .map(([text, zone, year]) => ({
    zone,
    text: text
      .replaceAll(`TZID=${HOME_ZONE}`, `TZID=${zone}`)
      .replaceAll(/(?<=[:,/=])202[56](?=\d{4}\b|\d{4}T)/g, String(year)),
  }));

test("an object takes place at the same times by the VTIMEZONE that it is given, and without it is what it was", (t) => {
  holds(
    fc.property(anyZoned, ({ zone, text }) => {
      const whole = withTimezones(text, "all");
      t.is(withTimezones(whole, "non-standard"), text);
      t.is(withTimezones(whole, "all"), whole);
      t.not(whole, text);
      // Under a name that nobody knows nothing but the VTIMEZONE tells what is meant.
      const renamed = whole.replaceAll(new RegExp(`(TZID[=:])${zone}`, "g"), "$1Ours");
      t.deepEqual(timesOf(renamed), timesOf(text));
    }),
    { numRuns: 40 },
  );
});

test("every TZID that is known in some way is given its VTIMEZONE, once, and what is there stays", (t) => {
  const own = ["BEGIN:VTIMEZONE", "TZID:Ours", "END:VTIMEZONE"];
  const text = calendar(
    ...own,
    ...event("DTSTART;TZID=Ours:20260101T000000", "X-A;TZID=Middle/Earth:1"),
    ...event("DTSTART;TZID=W. Europe Standard Time:20260101T000000"),
    ...event(
      'DTSTART;TZI\r\n D="Asia/Tokyo":20260101T000000',
      "DTEND;TZID=Asia/Tokyo:20260101T010000",
    ),
    ...event("DTSTART;TZID=/example.org/2/Asia/Tokyo:20260101T000000"),
  );
  const whole = withTimezones(text, "all");
  const added = parseCalendar(whole).components.flatMap(({ name, properties }) =>
    name === "VTIMEZONE" ? properties.map((property) => property.text) : [],
  );
  t.deepEqual(added, [
    "TZID:W. Europe Standard Time",
    "TZID:Asia/Tokyo",
    "TZID:/example.org/2/Asia/Tokyo",
    "TZID:Ours",
  ]);
  t.true(whole.endsWith(text.slice(text.indexOf("BEGIN:VTIMEZONE"))));
});

test("a VTIMEZONE goes when its name says as much, not when it says something else under a name without an area", (t) => {
  const timezone = (tzid: string, offset: string) => [
    "BEGIN:VTIMEZONE",
    `TZID:${tzid}`,
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    `TZOFFSETFROM:${offset}`,
    `TZOFFSETTO:${offset}`,
    "END:STANDARD",
    "END:VTIMEZONE",
  ];
  const same = calendar(...timezone("Japan", "+0900"), ...event());
  t.is(withTimezones(same, "non-standard"), calendar(...event()));
  const other = calendar(...timezone("Japan", "+0800"), ...event());
  t.is(withTimezones(other, "non-standard"), other);
  const wrong = calendar(...timezone("Asia/Tokyo", "+0800"), ...event());
  t.is(withTimezones(wrong, "non-standard"), calendar(...event()));
});

test("a TZID with line breaks in it adds nothing but a name", (t) => {
  const tzid = "x^nEND:VTIMEZONE^nX-EVIL/Asia/Tokyo";
  const whole = withTimezones(calendar(...event(`DTSTART;TZID="${tzid}":20260101T000000`)), "all");
  const { components } = parseCalendar(whole);
  t.deepEqual(
    components.map(({ name }) => name),
    ["VTIMEZONE", "VEVENT"],
  );
  t.notRegex(whole, /^(?:END:VTIMEZONE\r?\n)?X-EVIL/m);
});

test("an object that names very many zones is given some of them", (t) => {
  const zones = Intl.supportedValuesOf("timeZone").slice(0, 40);
  const whole = withTimezones(
    calendar(...zones.flatMap((zone) => event(`DTSTART;TZID=${zone}:20260101T000000`))),
    "all",
  );
  t.is(parseCalendar(whole).components.filter(({ name }) => name === "VTIMEZONE").length, 20);
});
