import { deepStrictEqual } from "node:assert";
import test from "ava";
import * as fc from "fast-check";
import {
  busyTimes,
  formatTime,
  mergeBusy,
  writeFreeBusy,
  type BusyTime,
} from "../../dav/icalendar/index.ts";
import { busyObject, busyRange } from "../support/busy.ts";
import { testServer } from "../support/server.ts";
import type { Send } from "../support/transcript.ts";
import { SEED } from "../support/property.ts";

const CALENDAR = "/dav/calendars/alice/calendar/";
const ZONE = "America/New_York";
const NONE = { user: "alice", headers: {}, body: "" };

async function periods(send: Send, range: { start: number; end: number }): Promise<string[]> {
  const [start, end] = [range.start, range.end].map((time) => formatTime(time, true));
  const body = `<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav"><C:time-range start="${start}" end="${end}"/></C:free-busy-query>`;
  const answer = await send({ ...NONE, method: "REPORT", target: CALENDAR, body });
  return stated(answer.body);
}

const stated = (text: string) =>
  text
    .replaceAll("\r\n ", "")
    .split("\r\n")
    .filter((line) => line.startsWith("FREEBUSY"));

const expected = (times: readonly BusyTime[], range: { start: number; end: number }) =>
  stated(writeFreeBusy(mergeBusy(times), { range, uid: "x", now: 0 }));

test("free-busy-query says what reading every object says", async (t) => {
  const { send, pool } = await testServer(t);
  const texts = fc.sample(busyObject, { seed: SEED, numRuns: 60 });
  for (const [index, body] of texts.entries()) {
    const headers = { "content-type": "text/calendar; charset=utf-8" };
    const put = { ...NONE, method: "PUT", target: `${CALENDAR}${index}.ics`, headers, body };
    t.is((await send(put)).status, 201, body);
  }
  const body = `<propertyupdate xmlns="DAV:"><set><prop><C:calendar-timezone-id xmlns:C="urn:ietf:params:xml:ns:caldav">${ZONE}</C:calendar-timezone-id></prop></set></propertyupdate>`;
  await send({ ...NONE, method: "PROPPATCH", target: CALENDAR, body });
  for (const range of fc.sample(busyRange, { seed: SEED, numRuns: 30 })) {
    const plain = texts.flatMap((text) => busyTimes(text, range, ZONE, () => {}));
    deepStrictEqual(await periods(send, range), expected(plain, range), texts.join("\n"));
  }
  // Rows from before the index knew: the text decides, with the same outcome.
  await pool.query("update occurrence set busy = default");
  for (const range of fc.sample(busyRange, { seed: SEED, numRuns: 5 })) {
    const plain = texts.flatMap((text) => busyTimes(text, range, ZONE, () => {}));
    deepStrictEqual(await periods(send, range), expected(plain, range));
  }
});

test("events that happen once are not read to answer", async (t) => {
  const { send, pool } = await testServer(t);
  const text = (uid: number) =>
    `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//test//EN\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:2026112${uid}T100000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
  for (const uid of [1, 2, 3]) {
    const headers = { "content-type": "text/calendar" };
    const target = `${CALENDAR}${uid}.ics`;
    await send({ ...NONE, method: "PUT", target, headers, body: text(uid) });
  }
  await pool.query("update object set data = 'not a calendar any more'");
  const range = { start: Date.UTC(2026, 10, 21) / 1000, end: Date.UTC(2026, 10, 23) / 1000 };
  t.deepEqual(await periods(send, range), [
    "FREEBUSY;FBTYPE=BUSY:20261121T100000Z/20261121T110000Z",
    "FREEBUSY;FBTYPE=BUSY:20261122T100000Z/20261122T110000Z",
  ]);
});
