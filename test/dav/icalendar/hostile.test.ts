import test from "ava";
import * as fc from "fast-check";
import {
  CalendarError,
  checkCalendarObject,
  matchesCalendar,
  occurrences,
  parseCalendar,
} from "../../../dav/icalendar/index.ts";
import type { ComponentFilter } from "../../../dav/icalendar/index.ts";
import { holds } from "../../support/property.ts";

const NOW = Date.UTC(2026, 10, 22) / 1000;
/** Of this thread's processor time: far above what any case takes, far below a hang. */
const MOST_MS = 2000;

function event(...lines: string[]): string {
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "BEGIN:VEVENT",
    "UID:1",
    ...lines,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}

function recurring(rule: string): string {
  return event(
    "DTSTART;TZID=Europe/Berlin:19700105T100000",
    "DURATION:PT1H",
    ...rule.split(" ").map((part) => `RRULE:${part}`),
  );
}

function range(start: number | null, end: number | null): ComponentFilter {
  const empty = { isNotDefined: false, properties: [] };
  const inner = { ...empty, name: "VEVENT", timeRange: { start, end }, components: [] };
  return { ...empty, name: "VCALENDAR", timeRange: null, components: [inner] };
}

/** The name of what is refused, or "accepted", after everything a request can ask of a text. */
function outcome(text: string): string {
  try {
    const calendar = parseCalendar(text);
    checkCalendarObject(calendar);
    occurrences(calendar, { now: NOW });
    matchesCalendar(calendar, range(NOW, NOW + 3_000_000), "Europe/Berlin");
    matchesCalendar(calendar, range(200_000_000_000, null), "Europe/Berlin");
    return "accepted";
  } catch (error) {
    if (error instanceof CalendarError) return error.condition;
    throw error;
  }
}

const nested = (depth: number) =>
  event(...Array<string>(depth).fill("BEGIN:X-A"), ...Array<string>(depth).fill("END:X-A"));
const list = (name: string, count: number) =>
  `${name}:${Array.from({ length: count }, (_, index) => `2${String(100 + (index % 900))}0101T00000${index % 10}Z`).join(",")}`;
const everySecond = `BYHOUR=${[...Array(24).keys()].join(",")};BYMINUTE=${[...Array(60).keys()].join(",")};BYSECOND=${[...Array(60).keys()].join(",")}`;

const CASES: readonly [title: string, text: () => string, expected: string][] = [
  [
    "every second for a century",
    () => recurring("FREQ=SECONDLY;UNTIL=20700101T000000Z"),
    "max-instances",
  ],
  ["every minute for ever", () => recurring("FREQ=MINUTELY"), "max-instances"],
  [
    "every second written as a daily rule",
    () => recurring(`FREQ=DAILY;${everySecond}`),
    "max-instances",
  ],
  [
    "every second written as a yearly rule with BYSETPOS",
    () => recurring(`FREQ=YEARLY;${everySecond};BYSETPOS=-1`),
    "accepted",
  ],
  [
    "a date that never comes, yearly",
    () => recurring("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
    "accepted",
  ],
  [
    "a date that never comes, daily",
    () => recurring("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"),
    "accepted",
  ],
  [
    "a date that never comes, every second",
    () => recurring("FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"),
    "accepted",
  ],
  ["an hour that never comes", () => recurring("FREQ=HOURLY;INTERVAL=24;BYHOUR=3"), "accepted"],
  ["a position that never comes", () => recurring("FREQ=DAILY;BYSETPOS=2"), "accepted"],
  [
    "four dates that never come",
    () =>
      recurring(
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30 FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30 FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1 FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4",
      ),
    "accepted",
  ],
  [
    "a thousand rules",
    () =>
      event(
        "DTSTART:20200101T000000Z",
        ...Array<string>(1000).fill("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"),
      ),
    "max-instances",
  ],
  ["COUNT of a billion", () => recurring("FREQ=DAILY;COUNT=1000000000"), "accepted"],
  ["COUNT just counted", () => recurring("FREQ=DAILY;COUNT=99999"), "accepted"],
  ["a huge INTERVAL", () => recurring("FREQ=SECONDLY;INTERVAL=999999999999999"), "accepted"],
  [
    "a million EXDATEs",
    () => event("DTSTART:20200101T000000Z", "RRULE:FREQ=DAILY", list("EXDATE", 1_000_000)),
    "max-instances",
  ],
  [
    "a million EXDATE lines",
    () =>
      event("DTSTART:20200101T000000Z", ...Array<string>(150_000).fill("EXDATE:20200102T000000Z")),
    "max-instances",
  ],
  [
    "50,000 EXDATEs",
    () => event("DTSTART:20200101T000000Z", "RRULE:FREQ=DAILY", list("EXDATE", 50_000)),
    "accepted",
  ],
  ["50,000 RDATEs", () => event("DTSTART:20200101T000000Z", list("RDATE", 50_000)), "accepted"],
  ["nesting of 50,000 levels", () => nested(50_000), "valid-calendar-data"],
  [
    "a line of a million folds",
    () => event("DTSTART:20200101T000000Z", `SUMMARY:${"a\r\n ".repeat(300_000)}`),
    "accepted",
  ],
  [
    "a line of a million letters",
    () => event("DTSTART:20200101T000000Z", `SUMMARY:${"a".repeat(1_000_000)}`),
    "accepted",
  ],
  ["a name of a million letters", () => event("A".repeat(1_000_000)), "valid-calendar-data"],
  [
    "a million quotes",
    () => event("DTSTART:20200101T000000Z", `ATTENDEE;CN=${'"'.repeat(1_000_000)}:x`),
    "accepted",
  ],
  [
    "100,000 parameters",
    () => event("DTSTART:20200101T000000Z", `X-A${";B=1".repeat(100_000)}:x`),
    "accepted",
  ],
  [
    "100,000 empty parameters",
    () => event("DTSTART:20200101T000000Z", `X-A${";B".repeat(100_000)}:x`),
    "accepted",
  ],
  [
    "2,000 attendees",
    () => event("DTSTART:20200101T000000Z", ...Array<string>(2000).fill("ATTENDEE:mailto:a@b")),
    "max-attendees-per-instance",
  ],
  [
    "10,000 unknown zones",
    () =>
      event(
        "DTSTART:20200101T000000Z",
        ...Array.from(
          { length: 10_000 },
          (_, index) => `RDATE;TZID=No/Where${index}:20260101T000000`,
        ),
      ),
    "accepted",
  ],
  [
    "a VTIMEZONE that changes every second",
    () => {
      const observance = [
        "BEGIN:STANDARD",
        "DTSTART:00010101T000000",
        "RRULE:FREQ=SECONDLY",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "END:STANDARD",
      ];
      return event("DTSTART;TZID=Mine:20260101T000000", "RRULE:FREQ=DAILY").replace(
        "BEGIN:VEVENT",
        [
          "BEGIN:VTIMEZONE",
          "TZID:Mine",
          ...Array.from({ length: 500 }, () => observance).flat(),
          "END:VTIMEZONE",
          "BEGIN:VEVENT",
        ].join("\r\n"),
      );
    },
    "accepted",
  ],
  [
    "an alarm repeated a billion times",
    () =>
      event(
        "DTSTART:20200101T000000Z",
        "RRULE:FREQ=DAILY",
        "BEGIN:VALARM",
        "TRIGGER:-P999999999D",
        "REPEAT:999999999",
        "DURATION:PT1S",
        "END:VALARM",
      ),
    "accepted",
  ],
  [
    "a duration of two million years",
    () => event("DTSTART:20200101T000000Z", "DURATION:P999999999D", "RRULE:FREQ=DAILY"),
    "accepted",
  ],
  ["only line breaks", () => "\r\n".repeat(500_000), "valid-calendar-data"],
  ["nothing", () => "", "valid-calendar-data"],
  ["zeros", () => "\0".repeat(1_000_000), "valid-calendar-data"],
];

for (const [title, make, expected] of CASES) {
  test.serial(`bounded: ${title}`, (t) => {
    const text = make();
    const before = process.threadCpuUsage();
    t.is(outcome(text), expected);
    const { user, system } = process.threadCpuUsage(before);
    const took = (user + system) / 1000;
    t.log(`${took.toFixed(0)} ms`);
    t.true(took < MOST_MS, `${took} ms`);
  });
}

test("a refusal names the line and what to do, without what a terminal would obey", (t) => {
  const error = t.throws(
    () => parseCalendar(event("DTSTART:20200101T000000Z", "\u001b[31mDTEND 2020")),
    { instanceOf: CalendarError },
  );
  t.regex(error?.message ?? "", /^Line 6: ".*DTEND 2020" is not a property/);
  t.false(error?.message.includes("\u001b"));
});

const PIECES = [
  "\r\n",
  "\n ",
  ";",
  "=",
  ":",
  '"',
  ",",
  "0",
  "99999999",
  "-",
  "Z",
  "T",
  "\0",
  "é",
  "P",
  "BEGIN:VEVENT\r\n",
  "END:VEVENT\r\n",
  "RRULE:FREQ=DAILY;BYSETPOS=-1\r\n",
  "EXDATE:20260101\r\n",
];

test("a damaged object is accepted or refused, never a crash", (t) => {
  const whole = event(
    "DTSTART;TZID=Europe/Berlin:20260101T100000",
    "DURATION:PT1H",
    "RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20300101T000000Z",
    "EXDATE;TZID=Europe/Berlin:20260130T100000,20260227T100000",
    "RDATE;VALUE=PERIOD:20260303T000000Z/PT2H",
    'ATTENDEE;CN="A, B";ROLE=CHAIR:mailto:a@example.com',
    "BEGIN:VALARM",
    "TRIGGER;RELATED=END:-PT5M",
    "END:VALARM",
  );
  const damage = fc.record({
    at: fc.nat(whole.length),
    cut: fc.nat(12),
    piece: fc.constantFrom("", ...PIECES),
  });
  holds(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 5 }), (places) => {
      let text = whole;
      for (const { at, cut, piece } of places)
        text = text.slice(0, at) + piece + text.slice(at + cut);
      outcome(text);
    }),
    { numRuns: 3000 },
  );
  t.pass();
});
