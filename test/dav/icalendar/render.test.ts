import test from "ava";
import * as fc from "fast-check";
import {
  matchesCalendar,
  parseCalendar,
  renderCalendar,
  type Rendering,
} from "../../../dav/icalendar/index.ts";
import { processorTime } from "../../support/processor.ts";
import { holds } from "../../support/property.ts";

const AS_STORED: Rendering = {
  selection: null,
  expand: null,
  limitRecurrences: null,
  limitFreeBusy: null,
  timezones: null,
};
const BERLIN = ["BEGIN:VTIMEZONE", "TZID:Europe/Berlin", "END:VTIMEZONE"];

function calendar(...lines: string[]): string {
  return ["BEGIN:VCALENDAR", "VERSION:2.0", ...lines, "END:VCALENDAR", ""].join("\r\n");
}

function component(name: string, ...lines: string[]): string[] {
  return [`BEGIN:${name}`, "UID:1", ...lines, `END:${name}`];
}

function range(from: string, to: string) {
  return { start: Date.parse(from) / 1000, end: Date.parse(to) / 1000 };
}

function render(text: string, wanted: Partial<Rendering>, zone: string | null = null): string {
  return renderCalendar(text, { ...AS_STORED, ...wanted }, zone, () => {});
}

/** Lines of the content alone, without the calendar around it. */
function expanded(text: string, from: string, to: string, zone: string | null = null): string[] {
  const lines = render(text, { expand: range(from, to) }, zone).split("\r\n");
  return lines.slice(2, -2).filter((line) => line !== "UID:1");
}

test("what need not change is served as it was stored, unread", (t) => {
  t.is(render("no calendar at all", {}), "no calendar at all");
});

test("expand makes an instance each, in UTC, without rules and zones", (t) => {
  const text = calendar(
    ...BERLIN,
    ...component(
      "VEVENT",
      "DTSTART;TZID=Europe/Berlin:20260327T090000",
      "DTEND;TZID=Europe/Berlin:20260327T100000",
      "RRULE:FREQ=DAILY;COUNT=5",
      "EXDATE;TZID=Europe/Berlin:20260328T090000",
      "X-SEEN;TZID=Europe/Berlin:20260327T090000",
    ),
  );
  t.deepEqual(expanded(text, "2026-03-27T00:00Z", "2026-03-30T00:00Z"), [
    "BEGIN:VEVENT",
    "DTSTART:20260327T080000Z",
    "RECURRENCE-ID:20260327T080000Z",
    "DTEND:20260327T090000Z",
    "X-SEEN:20260327T080000Z",
    "END:VEVENT",
    "BEGIN:VEVENT",
    "DTSTART:20260329T070000Z",
    "RECURRENCE-ID:20260329T070000Z",
    "DTEND:20260329T080000Z",
    "X-SEEN:20260327T080000Z",
    "END:VEVENT",
  ]);
});

test("expand puts overridden instances where they are, with their RECURRENCE-ID in UTC", (t) => {
  const text = calendar(
    ...component("VEVENT", "DTSTART;TZID=Europe/Berlin:20260105T090000", "RRULE:FREQ=DAILY"),
    ...component(
      "VEVENT",
      "RECURRENCE-ID;TZID=Europe/Berlin:20260106T090000",
      "DTSTART;TZID=Europe/Berlin:20260106T150000",
      "DURATION:PT30M",
    ),
  );
  t.deepEqual(expanded(text, "2026-01-06T00:00Z", "2026-01-07T00:00Z"), [
    "BEGIN:VEVENT",
    "DTSTART:20260106T140000Z",
    "RECURRENCE-ID:20260106T080000Z",
    "DURATION:PT30M",
    "END:VEVENT",
  ]);
});

test("expand moves what follows a THISANDFUTURE override and names what it replaces", (t) => {
  const text = calendar(
    ...component("VEVENT", "DTSTART:20260105T090000Z", "RRULE:FREQ=DAILY", "SUMMARY:old"),
    ...component(
      "VEVENT",
      "RECURRENCE-ID;RANGE=THISANDFUTURE:20260107T090000Z",
      "DTSTART:20260107T110000Z",
      "SUMMARY:new",
    ),
  );
  t.deepEqual(expanded(text, "2026-01-08T00:00Z", "2026-01-09T00:00Z"), [
    "BEGIN:VEVENT",
    "DTSTART:20260108T110000Z",
    "RECURRENCE-ID:20260108T090000Z",
    "SUMMARY:new",
    "END:VEVENT",
  ]);
});

test("expand works on tasks, those with DUE alone and those without any date too", (t) => {
  const due = component("VTODO", "DUE:20260105T090000Z", "RRULE:FREQ=WEEKLY");
  t.deepEqual(expanded(calendar(...due), "2026-01-12T00:00Z", "2026-01-13T00:00Z"), [
    "BEGIN:VTODO",
    "DUE:20260112T090000Z",
    "RECURRENCE-ID:20260112T090000Z",
    "END:VTODO",
  ]);
  const both = component(
    "VTODO",
    "DTSTART:20260105T080000Z",
    "DUE:20260105T090000Z",
    "RRULE:FREQ=WEEKLY;COUNT=9",
  );
  t.deepEqual(expanded(calendar(...both), "2026-01-12T00:00Z", "2026-01-13T00:00Z"), [
    "BEGIN:VTODO",
    "DTSTART:20260112T080000Z",
    "RECURRENCE-ID:20260112T080000Z",
    "DUE:20260112T090000Z",
    "END:VTODO",
  ]);
  const undated = component("VTODO", "SUMMARY:some day");
  t.deepEqual(expanded(calendar(...undated), "2026-01-12T00:00Z", "2026-01-13T00:00Z"), [
    "BEGIN:VTODO",
    "SUMMARY:some day",
    "END:VTODO",
  ]);
});

test("expand leaves dates and floating times as they are, compared in the zone in force", (t) => {
  const allDay = component(
    "VEVENT",
    "DTSTART;VALUE=DATE:20260105",
    "DTEND;VALUE=DATE:20260106",
    "RRULE:FREQ=DAILY",
  );
  t.deepEqual(
    expanded(calendar(...allDay), "2026-01-09T12:00Z", "2026-01-09T13:00Z", "Asia/Tokyo"),
    [
      "BEGIN:VEVENT",
      "DTSTART;VALUE=DATE:20260109",
      "RECURRENCE-ID;VALUE=DATE:20260109",
      "DTEND;VALUE=DATE:20260110",
      "END:VEVENT",
    ],
  );
  const floating = component("VEVENT", "DTSTART:20260105T090000", "RRULE:FREQ=DAILY");
  t.deepEqual(
    expanded(calendar(...floating), "2026-01-09T00:00Z", "2026-01-09T00:01Z", "Asia/Tokyo"),
    ["BEGIN:VEVENT", "DTSTART:20260109T090000", "RECURRENCE-ID:20260109T090000", "END:VEVENT"],
  );
});

test("expand keeps a DURATION only where a day has 24 hours", (t) => {
  const text = calendar(
    ...component(
      "VEVENT",
      "DTSTART;TZID=Europe/Berlin:20260328T120000",
      "DURATION:P1D",
      "RRULE:FREQ=DAILY",
    ),
  );
  t.deepEqual(expanded(text, "2026-03-28T12:00Z", "2026-03-28T13:00Z").slice(-3), [
    "RECURRENCE-ID:20260328T110000Z",
    "DTEND:20260329T100000Z",
    "END:VEVENT",
  ]);
  t.true(expanded(text, "2026-03-30T12:00Z", "2026-03-30T13:00Z").includes("DURATION:P1D"));
});

test("expand gives periods of RDATE their own length", (t) => {
  const text = calendar(
    ...component("VEVENT", "DTSTART:20260105T090000Z", "RDATE;VALUE=PERIOD:20260106T090000Z/PT2H"),
  );
  t.deepEqual(expanded(text, "2026-01-06T00:00Z", "2026-01-07T00:00Z"), [
    "BEGIN:VEVENT",
    "DTSTART:20260106T090000Z",
    "RECURRENCE-ID:20260106T090000Z",
    "DTEND:20260106T110000Z",
    "END:VEVENT",
  ]);
});

test("expand stops where its caller says that it is enough", (t) => {
  const text = calendar(...component("VEVENT", "DTSTART:20000101T000000Z", "RRULE:FREQ=HOURLY"));
  let left = 10;
  const spend = () => {
    if (left-- === 0) throw new RangeError("enough");
  };
  const expand = range("2000-01-01T00:00Z", "9000-01-01T00:00Z");
  t.throws(() => renderCalendar(text, { ...AS_STORED, expand }, null, spend), {
    instanceOf: RangeError,
  });
});

test("limit-recurrence-set leaves out overridden instances that do not matter", (t) => {
  const master = component("VEVENT", "DTSTART:20260105T090000Z", "RRULE:FREQ=DAILY");
  const override = (id: string, start: string) =>
    component("VEVENT", `RECURRENCE-ID:${id}`, `DTSTART:${start}`);
  const here = override("20260110T090000Z", "20260110T150000Z");
  const movedAway = override("20260111T090000Z", "20260211T090000Z");
  const movedHere = override("20260212T090000Z", "20260110T120000Z");
  const elsewhere = override("20260301T090000Z", "20260301T100000Z");
  const text = calendar(...master, ...here, ...movedAway, ...movedHere, ...elsewhere);
  const limitRecurrences = range("2026-01-10T00:00Z", "2026-01-12T00:00Z");
  t.is(
    render(text, { limitRecurrences }),
    calendar(...master, ...here, ...movedAway, ...movedHere),
  );
  const everything = range("2026-01-01T00:00Z", "2026-12-31T00:00Z");
  t.is(render(text, { limitRecurrences: everything }), text);
});

test("limit-freebusy-set leaves out periods that do not overlap", (t) => {
  const text = calendar(
    ...component(
      "VFREEBUSY",
      "FREEBUSY;FBTYPE=BUSY:20260105T090000Z/PT1H,20260106T090000Z/20260106T100000Z",
      "FREEBUSY:20260107T090000Z/PT1H",
    ),
  );
  const limitFreeBusy = range("2026-01-06T00:00Z", "2026-01-07T00:00Z");
  const kept = component("VFREEBUSY", "FREEBUSY;FBTYPE=BUSY:20260106T090000Z/20260106T100000Z");
  t.is(render(text, { limitFreeBusy }), calendar(...kept));
});

test("a selection keeps the components, properties and values that it names", (t) => {
  const alarm = ["BEGIN:VALARM", "ACTION:DISPLAY", "END:VALARM"];
  const text = calendar(
    ...BERLIN,
    ...component("VEVENT", 'ATTENDEE;CN="a:b":mailto:a@example.com', "SUMMARY:x", ...alarm),
  );
  const properties = new Map([
    ["ATTENDEE", { value: false }],
    ["SUMMARY", { value: true }],
  ]);
  const event = { name: "VEVENT", properties, components: [] };
  const selection = { name: "VCALENDAR", properties: "all", components: [event] } as const;
  t.is(
    render(text, { selection }),
    calendar("BEGIN:VEVENT", 'ATTENDEE;CN="a:b":', "SUMMARY:x", "END:VEVENT"),
  );
});

test("what is written anew is folded at 75 octets and has alarms last", (t) => {
  const summary = `SUMMARY:${"ä€😀".repeat(30)}`;
  const alarm = ["BEGIN:VALARM", "ACTION:DISPLAY", "END:VALARM"];
  const text = calendar("BEGIN:VEVENT", ...alarm, "UID:1", summary, "END:VEVENT");
  const all = { properties: "all", components: "all" } as const;
  const written = render(text, { selection: { name: "VCALENDAR", ...all } });
  const lines = written.split("\r\n");
  t.true(lines.every((line) => Buffer.byteLength(line) <= 75));
  t.true(written.replaceAll("\r\n ", "").includes(summary));
  t.true(written.indexOf("BEGIN:VALARM") > written.indexOf("SUMMARY"));
});

test("limit-recurrence-set looks once at many overrides without a master", (t) => {
  const overrides = Array.from({ length: 3000 }, () =>
    component("VEVENT", "RECURRENCE-ID:20000101T000000Z", "DTSTART:20200101T000000Z"),
  );
  const text = calendar(...overrides.flat());
  const wanted = { limitRecurrences: range("1999-01-01T00:00Z", "1999-01-02T00:00Z") };
  const took = processorTime(() => t.is(render(text, wanted), calendar()));
  t.true(took < 10_000, `${took} ms`);
});

test("an expansion has an instance exactly when the time-range filter finds one", (t) => {
  const rules = ["FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;BYMONTHDAY=-1"];
  const property = fc.property(
    fc.constantFrom(...rules),
    fc.constantFrom("Europe/Berlin", "America/New_York", "Asia/Tokyo"),
    fc.integer({ min: 1, max: 5000 }),
    fc.integer({ min: 0, max: 10_000_000 }),
    fc.integer({ min: 1, max: 300_000 }),
    (rule, zone, minutes, offset, length) => {
      const lines = [
        `DTSTART;TZID=${zone}:20260115T093000`,
        `DURATION:PT${minutes}M`,
        `RRULE:${rule}`,
      ];
      const text = calendar(...component("VEVENT", ...lines));
      const start = Date.UTC(2026, 0, 1) / 1000 + offset;
      const timeRange = { start, end: start + length };
      const empty = { isNotDefined: false, properties: [] };
      const event = { ...empty, name: "VEVENT", timeRange, components: [] };
      const filter = { ...empty, name: "VCALENDAR", timeRange: null, components: [event] };
      const found = matchesCalendar(parseCalendar(text), filter, null);
      t.is(render(text, { expand: timeRange }).includes("BEGIN:VEVENT"), found);
    },
  );
  holds(property, { numRuns: 200 });
});
