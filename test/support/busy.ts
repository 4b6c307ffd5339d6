/** Random events for tests of free and busy: in every kind of time, recurring or not, busy or not. */
import * as fc from "fast-check";

const DAY = 86_400;

const wall = fc.date({
  min: new Date("2026-01-01"),
  max: new Date("2027-12-31"),
  noInvalidDate: true,
});
const basic = (date: Date) => date.toISOString().replace(/[-:]|\.\d+Z/g, "");

type Kind = "utc" | "zoned" | "floating" | "date";

function stamp(name: string, kind: Kind, date: Date): string {
  if (kind === "utc") return `${name}:${basic(date)}Z`;
  if (kind === "date") return `${name};VALUE=DATE:${basic(date).slice(0, 8)}`;
  return kind === "zoned" ? `${name};TZID=Europe/Berlin:${basic(date)}` : `${name}:${basic(date)}`;
}

const RULES = [
  "FREQ=DAILY;COUNT=5",
  "FREQ=DAILY",
  "FREQ=WEEKLY;COUNT=30",
  "FREQ=MONTHLY",
  "FREQ=MONTHLY;BYDAY=-1FR;INTERVAL=2",
  "FREQ=YEARLY",
  "FREQ=HOURLY;COUNT=300",
];
const STATES = [[], ["STATUS:TENTATIVE"], ["STATUS:CANCELLED"], ["TRANSP:TRANSPARENT"]];
const state = fc.constantFrom(...STATES, [], []);

/** The text of a calendar object with an event, perhaps a series with an override. */
export const busyObject: fc.Arbitrary<string> = fc
  .record({
    uid: fc.uuid(),
    kind: fc.constantFrom<Kind[]>("utc", "zoned", "floating", "date"),
    start: wall,
    length: fc.constantFrom("", "DURATION:PT0S", "DURATION:PT1H", "DURATION:P3D", "DURATION:P40D"),
    state,
    rule: fc.option(fc.constantFrom(...RULES), { nil: null }),
    skipped: fc.integer({ min: 0, max: 4 }),
    range: fc.constantFrom("", ";RANGE=THISANDFUTURE"),
    later: fc.integer({ min: 0, max: 5 * DAY }),
    changed: state,
  })
  .map(({ uid, kind, start, length, rule, skipped, range, later, ...states }) => {
    const own =
      kind === "date" && length.includes("T") ? [] : [length].filter((line) => line !== "");
    const event = (...lines: string[]) => [
      "BEGIN:VEVENT",
      `UID:${uid}`,
      "DTSTAMP:20260101T000000Z",
      ...lines,
      "END:VEVENT",
    ];
    const master = [stamp("DTSTART", kind, start), ...own, ...states.state];
    const id = new Date(start.getTime() + skipped * DAY * 1000);
    const moved = new Date(id.getTime() + later * 1000);
    const override = [stamp(`RECURRENCE-ID${range}`, kind, id), stamp("DTSTART", kind, moved)];
    const recurs = rule !== null && !(kind === "date" && rule.includes("HOURLY"));
    const events = !recurs
      ? event(...master)
      : [...event(...master, `RRULE:${rule}`), ...event(...override, ...own, ...states.changed)];
    const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//test//EN", ...events];
    return [...lines, "END:VCALENDAR", ""].join("\r\n");
  });

/** A range of an hour to a quarter of a year, in Unix seconds. */
export const busyRange: fc.Arbitrary<{ start: number; end: number }> = fc
  .record({ from: wall, length: fc.constantFrom(3600, DAY, 7 * DAY, 31 * DAY, 92 * DAY) })
  .map(({ from, length }) => {
    const start = Math.floor(from.getTime() / 1000);
    return { start, end: start + length };
  });
