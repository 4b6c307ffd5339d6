import test from "ava";
import { busyTimes, mergeBusy, type BusyTime } from "../../../dav/icalendar/index.ts";

const RANGE = { start: at("2026-03-28T00:00Z"), end: at("2026-03-31T00:00Z") };

function at(time: string): number {
  return Date.parse(time) / 1000;
}

function busy(component: string, lines: readonly string[], zone: string | null = null): string[] {
  const body = [`BEGIN:${component}`, "UID:1", ...lines, `END:${component}`];
  const text = ["BEGIN:VCALENDAR", ...body, "END:VCALENDAR", ""].join("\r\n");
  return mergeBusy(busyTimes(text, RANGE, zone, () => {})).map(shown);
}

function shown({ type, starts, ends }: BusyTime): string {
  const [from, to] = [starts, ends].map((time) => new Date(time * 1000).toISOString().slice(8, 16));
  return `${type} ${from} ${to}`;
}

const EVENT = ["DTSTART:20260329T090000Z", "DTEND:20260329T100000Z"];

test("an event takes time unless it is transparent or cancelled", (t) => {
  t.deepEqual(busy("VEVENT", EVENT), ["BUSY 29T09:00 29T10:00"]);
  t.deepEqual(busy("VEVENT", [...EVENT, "STATUS:CONFIRMED"]), ["BUSY 29T09:00 29T10:00"]);
  t.deepEqual(busy("VEVENT", [...EVENT, "STATUS:TENTATIVE"]), ["BUSY-TENTATIVE 29T09:00 29T10:00"]);
  t.deepEqual(busy("VEVENT", [...EVENT, "STATUS:CANCELLED"]), []);
  t.deepEqual(busy("VEVENT", [...EVENT, "TRANSP:transparent"]), []);
  t.deepEqual(busy("VEVENT", ["DTSTART:20260329T090000Z"]), []);
  t.deepEqual(busy("VTODO", EVENT), []);
});

test("instances are cut to the range and follow the clock of their zone", (t) => {
  const lines = ["DTSTART;TZID=Europe/Berlin:20260301T010000", "DURATION:PT1H", "RRULE:FREQ=DAILY"];
  t.deepEqual(busy("VEVENT", lines), [
    "BUSY 28T00:00 28T01:00",
    "BUSY 29T00:00 29T01:00",
    "BUSY 29T23:00 30T00:00",
    "BUSY 30T23:00 31T00:00",
  ]);
  const long = ["DTSTART:20260101T000000Z", "DTEND:20261231T000000Z"];
  t.deepEqual(busy("VEVENT", long), ["BUSY 28T00:00 31T00:00"]);
});

test("days and floating times are read in the zone in force", (t) => {
  t.deepEqual(busy("VEVENT", ["DTSTART;VALUE=DATE:20260329"], "Europe/Berlin"), [
    "BUSY 28T23:00 29T22:00",
  ]);
  t.deepEqual(busy("VEVENT", ["DTSTART:20260330T090000", "DURATION:PT1H"], "Asia/Tokyo"), [
    "BUSY 30T00:00 30T01:00",
  ]);
});

test("VFREEBUSY objects count by their FBTYPE", (t) => {
  t.deepEqual(
    busy("VFREEBUSY", [
      "FREEBUSY:20260328T100000Z/PT1H,20260329T100000Z/20260329T110000Z",
      "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260330T000000Z/P1D",
      "FREEBUSY;FBTYPE=FREE:20260328T000000Z/P3D",
    ]),
    ["BUSY 28T10:00 28T11:00", "BUSY 29T10:00 29T11:00", "BUSY-UNAVAILABLE 30T00:00 31T00:00"],
  );
});

test("what overlaps or touches is joined, each type by itself", (t) => {
  const time = (type: string, starts: number, ends: number) => ({ type, starts, ends });
  const times = [
    time("A", 5, 9),
    time("A", 1, 3),
    time("B", 2, 6),
    time("A", 3, 4),
    time("A", 6, 7),
  ];
  t.deepEqual(mergeBusy(times), [time("A", 1, 4), time("B", 2, 6), time("A", 5, 9)]);
});
