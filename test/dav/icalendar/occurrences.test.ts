import { strictEqual } from "node:assert";
import test from "ava";
import * as fc from "fast-check";
import {
  checkCalendarObject,
  floatingRange,
  matchesCalendar,
  occurrences,
  parseCalendar,
} from "../../../dav/icalendar/index.ts";
import type {
  Calendar,
  ComponentFilter,
  Occurrence,
  TimeRange,
} from "../../../dav/icalendar/index.ts";
import { holds } from "../../support/property.ts";

const NOW = Date.UTC(2026, 10, 22) / 1000;
const DAY = 86_400;

function event(...lines: string[]): Calendar {
  return calendar("VEVENT", lines);
}

function calendar(name: string, ...components: string[][]): Calendar {
  const bodies = components.flatMap((lines) => [`BEGIN:${name}`, "UID:1", ...lines, `END:${name}`]);
  const text = ["BEGIN:VCALENDAR", "VERSION:2.0", ...bodies, "END:VCALENDAR", ""].join("\r\n");
  return parseCalendar(text);
}

function seconds(text: string): number {
  return Date.parse(text) / 1000;
}

/** What the store does with the rows for a time range. */
function search(
  rows: readonly Occurrence[],
  range: TimeRange,
  zone: string | null,
): { found: boolean; exact: boolean } {
  const floating = floatingRange(range, zone);
  const hits = rows.filter((row) => {
    const { start, end } = row.floating ? floating : range;
    return (end === null || row.starts < end) && (start === null || row.ends > start);
  });
  return { found: hits.length > 0, exact: hits.some(({ exact }) => exact) };
}

function timeFilter(name: string, timeRange: TimeRange): ComponentFilter {
  const empty = { isNotDefined: false, properties: [] };
  const inner = { ...empty, name, timeRange, components: [] };
  return { ...empty, name: "VCALENDAR", timeRange: null, components: [inner] };
}

test("a single event is one exact row", (t) => {
  const found = occurrences(event("DTSTART;TZID=Europe/Berlin:20260110T100000", "DURATION:PT1H"), {
    now: NOW,
  });
  t.deepEqual(found, [
    {
      component: "VEVENT",
      starts: seconds("2026-01-10T09:00Z"),
      ends: seconds("2026-01-10T10:00Z"),
      floating: false,
      exact: true,
      busy: "BUSY",
    },
  ]);
});

test("an all-day event is a floating row and one without length lasts a second", (t) => {
  const [day] = occurrences(event("DTSTART;VALUE=DATE:20260110"), { now: NOW });
  t.deepEqual(day, {
    component: "VEVENT",
    starts: seconds("2026-01-10"),
    ends: seconds("2026-01-11"),
    floating: true,
    exact: true,
    busy: "BUSY",
  });
  const [moment] = occurrences(event("DTSTART:20260110T100000Z", "DTEND:20260110T100000Z"), {
    now: NOW,
  });
  t.is((moment?.ends ?? 0) - (moment?.starts ?? 0), 1);
});

test("a short series is indexed instance by instance, its exceptions applied", (t) => {
  const found = occurrences(
    calendar(
      "VEVENT",
      [
        "DTSTART:20260105T100000Z",
        "RRULE:FREQ=DAILY;COUNT=5",
        "RDATE:20260301T100000Z",
        "EXDATE:20260107T100000Z",
      ],
      ["RECURRENCE-ID:20260106T100000Z", "DTSTART:20260106T180000Z"],
    ),
    { now: NOW },
  );
  const starts = found.map((row) => new Date(row.starts * 1000).toISOString().slice(5, 13)).sort();
  t.deepEqual(starts, ["01-05T10", "01-06T18", "01-08T10", "01-09T10", "03-01T10"]);
  t.true(found.every(({ exact }) => exact));
});

test("an endless weekly series is one row without end, that only nominates", (t) => {
  const found = occurrences(event("DTSTART:20200106T100000Z", "RRULE:FREQ=WEEKLY"), { now: NOW });
  t.is(found.length, 1);
  t.is(found[0]?.ends, Number.MAX_SAFE_INTEGER);
  t.false(found[0]?.exact);
});

test("an endless birthday has exact rows around now and is coarse elsewhere", (t) => {
  const found = occurrences(event("DTSTART;VALUE=DATE:19600317", "RRULE:FREQ=YEARLY"), {
    now: NOW,
  });
  t.true(found.length < 12);
  t.deepEqual(search(found, { start: seconds("2027-03-17"), end: seconds("2027-03-18") }, null), {
    found: true,
    exact: true,
  });
  t.false(search(found, { start: seconds("2027-03-18"), end: seconds("2028-03-17") }, null).found);
  t.true(search(found, { start: seconds("1970-03-17"), end: seconds("1970-03-18") }, null).found);
  t.true(search(found, { start: seconds("2900-03-17"), end: seconds("2900-03-18") }, null).found);
});

test("a series that has ended leaves nothing behind its end", (t) => {
  for (const end of ["COUNT=500", "UNTIL=20210101T000000Z"]) {
    const found = occurrences(event("DTSTART:20200106T100000Z", `RRULE:FREQ=DAILY;${end}`), {
      now: NOW,
    });
    t.false(search(found, { start: seconds("2022-01-01"), end: null }, null).found, end);
  }
});

test("a task without dates is found in every range", (t) => {
  const rows = occurrences(calendar("VTODO", ["SUMMARY:whenever"]), { now: NOW });
  t.deepEqual(search(rows, { start: 0, end: 1 }, null), { found: true, exact: true });
  t.deepEqual(search(rows, { start: null, end: -1e11 }, null), { found: true, exact: true });
});

test("however many instances, overrides and dates, the rows stay few", (t) => {
  const dates = Array.from(
    { length: 3000 },
    (_, index) => `RDATE:${2000 + (index % 7000)}0105T100000Z`,
  );
  const overrides = Array.from({ length: 2000 }, (_, index) => [
    `RECURRENCE-ID:${String(2000 + index)}0106T100000Z`,
    `DTSTART:${String(2000 + index)}0107T100000Z`,
  ]);
  t.true(occurrences(event("DTSTART:20000105T100000Z", ...dates), { now: NOW }).length <= 500);
  const series = calendar(
    "VEVENT",
    ["DTSTART:20000106T100000Z", "RRULE:FREQ=YEARLY"],
    ...overrides,
  );
  t.true(occurrences(series, { now: NOW }).length <= 500);
  for (const rule of [
    "FREQ=SECONDLY",
    "FREQ=MINUTELY;INTERVAL=7",
    "FREQ=DAILY;BYMONTH=1;BYHOUR=1,2,3",
  ]) {
    t.true(
      occurrences(event("DTSTART:19800106T100000Z", `RRULE:${rule}`), { now: NOW }).length <= 500,
    );
  }
});

/* Random objects, asked both ways. */

const ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", null] as const;
const wall = fc.date({
  min: new Date("1995-01-01"),
  max: new Date("2035-01-01"),
  noInvalidDate: true,
});
const basic = (date: Date) => date.toISOString().replace(/[-:]|\.\d+Z/g, "");

type Kind = "utc" | "zoned" | "floating" | "date";
const stamp = (name: string, kind: Kind, date: Date) => {
  if (kind === "utc") return `${name}:${basic(date)}Z`;
  if (kind === "date") return `${name};VALUE=DATE:${basic(date).slice(0, 8)}`;
  return kind === "zoned" ? `${name};TZID=Europe/Berlin:${basic(date)}` : `${name}:${basic(date)}`;
};

const rule = fc
  .record({
    frequency: fc.constantFrom("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"),
    interval: fc.integer({ min: 1, max: 15 }),
    end: fc.constantFrom(
      "",
      ";COUNT=3",
      ";COUNT=40",
      ";COUNT=300",
      ";UNTIL=20250101",
      ";UNTIL=20280101T000000Z",
    ),
    by: fc.constantFrom(
      "",
      ";BYMONTH=2,7",
      ";BYDAY=MO,FR",
      ";BYMONTHDAY=-1,13",
      ";BYMONTH=2;BYMONTHDAY=29",
    ),
  })
  .map(
    ({ frequency, interval, end, by }) => `RRULE:FREQ=${frequency};INTERVAL=${interval}${by}${end}`,
  );

const DURATIONS = ["DURATION:PT0S", "DURATION:PT1H", "DURATION:P3D", "DURATION:P40D"];

const anyObject = fc
  .record({
    name: fc.constantFrom("VEVENT", "VTODO", "VJOURNAL"),
    kind: fc.constantFrom<Kind[]>("utc", "zoned", "floating", "date"),
    start: wall,
    later: fc.integer({ min: 1, max: 50 * DAY }),
    shape: fc.constantFrom("start", "end", ...DURATIONS, "due"),
    rule: fc.option(rule, { nil: null }),
    skipped: fc.integer({ min: 0, max: 20 }),
    tail: fc.boolean(),
  })
  .map(({ name, kind, start, later, shape, rule: rrule, skipped, tail }) => {
    const end = new Date(start.getTime() + later * 1000);
    const lines: string[] = [];
    if (shape !== "due" || name !== "VTODO") lines.push(stamp("DTSTART", kind, start));
    if (shape === "due" && name === "VTODO") lines.push(stamp("DUE", kind, start));
    if (shape === "end" && name !== "VJOURNAL")
      lines.push(stamp(name === "VTODO" ? "DUE" : "DTEND", kind, end));
    if (
      shape.startsWith("DURATION") &&
      !(kind === "date" && shape.includes("T")) &&
      name !== "VJOURNAL"
    )
      lines.push(shape);
    if (rrule === null) return { name, components: [lines] };
    lines.push(rrule);
    const id = new Date(start.getTime() + skipped * DAY * 1000);
    const range = tail ? "RECURRENCE-ID;RANGE=THISANDFUTURE" : "RECURRENCE-ID";
    const override = [stamp(range, kind, id), stamp("DTSTART", kind, end)];
    const exdate = stamp("EXDATE", kind, new Date(id.getTime() + 7 * DAY * 1000));
    return { name, components: [[...lines, exdate], override] };
  });

const anyRange = fc
  .record({
    from: wall,
    length: fc.constantFrom(1, 3600, DAY, 31 * DAY, 400 * DAY),
    open: fc.constantFrom("", "start", "end"),
  })
  .map(({ from, length, open }) => {
    const start = Math.floor(from.getTime() / 1000);
    return { start: open === "start" ? null : start, end: open === "end" ? null : start + length };
  });

test("the rows decide as matchesCalendar does, or nominate all that it takes", (t) => {
  holds(
    fc.property(
      anyObject,
      fc.array(anyRange, { minLength: 5, maxLength: 20 }),
      fc.constantFrom(...ZONES),
      (object, ranges, zone) => {
        const parsed = calendar(object.name, ...object.components);
        const rows = occurrences(parsed, { now: NOW });
        for (const row of rows) strictEqual(row.starts < row.ends, true);
        const near = rows.slice(0, 5).flatMap(({ starts, ends }) => [
          { start: starts, end: starts + 1 },
          { start: starts - 1, end: starts },
          { start: ends - 1, end: ends },
          { start: ends, end: ends + 1 },
        ]);
        for (const range of [...ranges, ...near]) {
          const { found, exact } = search(rows, range, zone);
          const matched = matchesCalendar(parsed, timeFilter(object.name, range), zone);
          const told = `${JSON.stringify(object)} in ${JSON.stringify(range)} of ${zone}`;
          if (exact) strictEqual(matched, true, `an exact row is wrong: ${told}`);
          else if (matched) strictEqual(found, true, `a match is not nominated: ${told}`);
          if (rows.every((row) => row.exact)) strictEqual(found, matched, told);
        }
      },
    ),
    { numRuns: 300 },
  );
  t.pass();
});

test("what is indexed passes the check", (t) => {
  t.deepEqual(checkCalendarObject(event("DTSTART:20260110T100000Z", "DTSTAMP:20260101T000000Z")), {
    uid: "1",
    component: "VEVENT",
  });
});
