import { deepStrictEqual } from "node:assert";
import test from "ava";
import * as fc from "fast-check";
import {
  busyTimes,
  indexedTimes,
  mergeBusy,
  occurrences,
  parseCalendar,
  UNDECIDED,
} from "../../../dav/icalendar/index.ts";
import { busyObject, busyRange } from "../../support/busy.ts";
import { holds } from "../../support/property.ts";

const NOW = Date.UTC(2026, 10, 22) / 1000;
const DAY = 86_400;
const ZONES = ["Europe/Berlin", "America/New_York", "Pacific/Kiritimati", null] as const;

function calendar(...components: string[][]): string {
  const bodies = components.flatMap((lines) => ["BEGIN:VEVENT", "UID:1", ...lines, "END:VEVENT"]);
  return ["BEGIN:VCALENDAR", "VERSION:2.0", ...bodies, "END:VCALENDAR", ""].join("\r\n");
}

const busyRows = (text: string) =>
  occurrences(parseCalendar(text), { now: NOW }).map(({ busy }) => busy);

test("an exact row says what time the event takes", (t) => {
  const start = "DTSTART:20260110T100000Z";
  t.deepEqual(busyRows(calendar([start, "DURATION:PT1H"])), ["BUSY"]);
  t.deepEqual(busyRows(calendar([start, "DURATION:PT1H", "STATUS:TENTATIVE"])), ["BUSY-TENTATIVE"]);
  t.deepEqual(busyRows(calendar([start, "DURATION:PT1H", "STATUS:CANCELLED"])), [null]);
  t.deepEqual(busyRows(calendar([start, "DURATION:PT1H", "TRANSP:TRANSPARENT"])), [null]);
  t.deepEqual(busyRows(calendar([start])), [null]);
});

test("a coarse row leaves it to the text, unless nothing of the series takes time", (t) => {
  const daily = ["DTSTART:20260110T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY"];
  t.deepEqual(busyRows(calendar(daily)), [UNDECIDED]);
  t.deepEqual(busyRows(calendar([...daily, "TRANSP:TRANSPARENT"])), [null]);
  const later = [
    "RECURRENCE-ID;RANGE=THISANDFUTURE:20260210T100000Z",
    "DTSTART:20260210T100000Z",
    "DURATION:PT1H",
  ];
  const rows = busyRows(calendar([...daily, "TRANSP:TRANSPARENT"], later));
  t.deepEqual(new Set(rows), new Set(["BUSY", UNDECIDED]));
});

test("the rows give the times that the text gives, or leave it to the text", (t) => {
  let decided = 0;
  holds(
    fc.property(
      busyObject,
      fc.array(busyRange, { minLength: 5, maxLength: 20 }),
      fc.constantFrom(...ZONES),
      (text, ranges, zone) => {
        const rows = occurrences(parseCalendar(text), { now: NOW });
        for (const range of ranges) {
          const found = rows.flatMap(({ busy, ...row }) => {
            const slack = row.floating ? DAY : 0;
            const touches = row.starts < range.end + slack && row.ends > range.start - slack;
            return touches && busy !== null ? [{ ...row, busy }] : [];
          });
          if (found.some(({ busy }) => busy === UNDECIDED)) continue;
          const expected = mergeBusy(busyTimes(text, range, zone, () => {}));
          deepStrictEqual(mergeBusy(indexedTimes(found, range, zone)), expected, text);
          if (expected.length > 0) decided++;
        }
      },
    ),
    { numRuns: 400 },
  );
  t.true(decided > 50, `${decided}`);
});
