import test from "ava";
import * as fc from "fast-check";
import { strictEqual } from "node:assert";
import { floatingRange, occurrences, parseCalendar } from "../../../dav/icalendar/index.ts";
import { ianaZone } from "../../../dav/icalendar/iana.ts";
import { zoneNamed } from "../../../dav/icalendar/tzid.ts";
import { WINDOWS_ZONES } from "../../../dav/icalendar/windows.ts";
import { EXCHANGE_ZONES } from "../../../dav/icalendar/exchange.ts";
import { holds } from "../../support/property.ts";

function startsOf(...lines: string[]): string {
  const text = ["BEGIN:VCALENDAR", ...lines, "END:VCALENDAR"].join("\r\n");
  const [row] = occurrences(parseCalendar(text), { now: 0 });
  const time = new Date((row?.starts ?? 0) * 1000).toISOString().slice(0, 16);
  return row?.floating === true ? `${time} floating` : time;
}

function start(tzid: string, wall = "20260701T120000", ...before: string[]): string {
  return startsOf(...before, "BEGIN:VEVENT", "UID:1", `DTSTART;TZID=${tzid}:${wall}`, "END:VEVENT");
}

test("a TZID is read as its writer meant it: Q67, Q68, D32", (t) => {
  const berlin = "2026-07-01T10:00";
  t.is(start("Europe/Berlin"), berlin);
  t.is(start("europe/berlin"), berlin);
  t.is(start("Europe/Berlin "), berlin);
  t.is(start('"Europe/Berlin"'), berlin);
  t.is(start("W. Europe Standard Time"), berlin);
  t.is(start("W. Europe Standard Time "), berlin);
  t.is(start("/freeassociation.sourceforge.net/Europe/Berlin"), berlin);
  t.is(start("/mozilla.org/20070129_1/Europe/Berlin"), berlin);
  t.is(start('"(UTC+02:00) Somewhere"'), berlin);
  t.is(start("/x/America/Argentina/Buenos_Aires"), "2026-07-01T15:00");
  t.is(start("US-Eastern"), "2026-07-01T16:00");
  t.is(start("Japan"), "2026-07-01T03:00");
  t.is(start("UTC"), "2026-07-01T12:00");
  t.is(start("Nowhere/Land"), "2026-07-01T12:00 floating");
});

const OBSERVANCE = [
  "BEGIN:STANDARD",
  "DTSTART:19700101T000000",
  "TZOFFSETFROM:+0500",
  "TZOFFSETTO:+0500",
  "END:STANDARD",
];
const ownZone = (tzid: string, ...lines: string[]) => [
  "BEGIN:VTIMEZONE",
  `TZID:${tzid}`,
  ...lines,
  "END:VTIMEZONE",
];

test("a calendar's own VTIMEZONE counts, except for an IANA zone", (t) => {
  t.is(start("Mine", "20260701T120000", ...ownZone("Mine ", ...OBSERVANCE)), "2026-07-01T07:00");
  t.is(start("EST", "20260701T120000", ...ownZone("EST", ...OBSERVANCE)), "2026-07-01T07:00");
  t.is(
    start("Europe/Berlin", "20260701T120000", ...ownZone("Europe/Berlin", ...OBSERVANCE)),
    "2026-07-01T10:00",
  );
  t.is(
    start("Mine", "20260701T120000", ...ownZone("Mine", "X-LIC-LOCATION:Asia/Tokyo")),
    "2026-07-01T03:00",
  );
  t.is(
    start("Mine", "20260701T120000", ...ownZone("Mine", "X-MICROSOFT-CDO-TZID:20")),
    "2026-07-01T03:00",
  );
  t.is(start("Mine", "20260701T120000", ...ownZone("Mine")), "2026-07-01T12:00 floating");
});

const BERLIN = [
  "BEGIN:DAYLIGHT",
  "DTSTART:19810329T020000",
  "TZOFFSETFROM:+0100",
  "TZOFFSETTO:+0200",
  "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
  "END:DAYLIGHT",
  "BEGIN:STANDARD",
  "DTSTART:19961027T030000",
  "TZOFFSETFROM:+0200",
  "TZOFFSETTO:+0100",
  "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
  "END:STANDARD",
];

for (const [kind, tzid, before] of [
  ["IANA", "Europe/Berlin", []],
  ["VTIMEZONE", "Mine", ownZone("Mine", ...BERLIN)],
] as const) {
  test(`a time the clock skips or repeats is read as RFC 5545 says: ${kind}`, (t) => {
    t.is(start(tzid, "20260329T013000", ...before), "2026-03-29T00:30");
    t.is(start(tzid, "20260329T023000", ...before), "2026-03-29T01:30");
    t.is(start(tzid, "20260329T030000", ...before), "2026-03-29T01:00");
    t.is(start(tzid, "20261025T023000", ...before), "2026-10-25T00:30");
    t.is(start(tzid, "20261025T030000", ...before), "2026-10-25T02:00");
    t.is(start(tzid, "20610701T120000", ...before), "2061-07-01T10:00");
    t.is(start(tzid, "95000701T120000", ...before), "9500-07-01T10:00");
  });
}

test("every zone in the tables of other names exists", (t) => {
  for (const zone of [...WINDOWS_ZONES.values(), ...EXCHANGE_ZONES]) {
    if (zone !== undefined) t.not(ianaZone(zone), null, zone);
  }
});

test("names that are no zones cost no look-up and break nothing", (t) => {
  for (const name of ["", "x".repeat(100_000), "../../etc/passwd", "Europe/\u0000", "+99:99"]) {
    t.is(zoneNamed(name), null);
  }
});

test("the way to the wall clock and back agrees with Intl", (t) => {
  const zones = [
    "Europe/Berlin",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
  ];
  holds(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: -2_000_000_000, max: 4_000_000_000 }),
      (name, utc) => {
        const zone = ianaZone(name);
        if (zone === null) throw new Error(name);
        const format = new Intl.DateTimeFormat("sv-SE", {
          timeZone: name,
          dateStyle: "short",
          timeStyle: "medium",
        });
        const wall = Date.parse(`${format.format(utc * 1000).replace(" ", "T")}Z`) / 1000;
        strictEqual(zone.toWall(utc), wall);
        strictEqual(zone.toWall(zone.toUtc(wall)), wall);
      },
    ),
    { numRuns: 500 },
  );
  t.pass();
});

test("a range is moved to the wall clock of a TZID or a VTIMEZONE text", (t) => {
  const range = { start: Date.UTC(2026, 6, 1) / 1000, end: null };
  const moved = { start: Date.UTC(2026, 6, 1, 2) / 1000, end: null };
  t.deepEqual(floatingRange(range, "Europe/Berlin"), moved);
  const text = ["BEGIN:VCALENDAR", ...ownZone("Mine", ...BERLIN), "END:VCALENDAR", ""].join("\r\n");
  t.deepEqual(floatingRange(range, text), moved);
  t.deepEqual(floatingRange(range, ownZone("Mine", ...BERLIN).join("\n")), moved);
  for (const zone of [null, "Nowhere", "BEGIN:VCALENDAR"])
    t.deepEqual(floatingRange(range, zone), range);
});
