import { deepStrictEqual } from "node:assert";
import test from "ava";
import * as fc from "fast-check";
import { fillTextIndex } from "../../server/store/text-index.ts";
import { anyFilter, anyObject } from "../support/any-calendar.ts";
import { filterElement, textOf } from "../support/plain-calendar-text.ts";
import { plainlyMatches } from "../support/plain-calendar.ts";
import { testServer } from "../support/server.ts";
import type { Send } from "../support/transcript.ts";
import { SEED } from "../support/property.ts";

const CALENDAR = "/dav/calendars/alice/all/";
const REQUEST = { user: "alice", headers: {}, body: "" };
const NAMESPACES = `xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"`;
const ZONES = [null, "America/New_York", "Asia/Tokyo"] as const;

async function put(send: Send, name: string, body: string): Promise<number> {
  const headers = { "content-type": "text/calendar; charset=utf-8" };
  const target = `${CALENDAR}${name}.ics`;
  return (await send({ ...REQUEST, method: "PUT", target, headers, body })).status;
}

/** The names of the objects that a filter finds, in order. */
async function found(
  send: Send,
  filter: string,
  { zone = null, prop = "<getetag/>" }: { zone?: string | null; prop?: string } = {},
): Promise<string[]> {
  const timezone = zone === null ? "" : `<C:timezone-id>${zone}</C:timezone-id>`;
  const body = `<C:calendar-query ${NAMESPACES}><prop>${prop}</prop>${filter}${timezone}</C:calendar-query>`;
  const headers = { depth: "1" };
  const answer = await send({ ...REQUEST, method: "REPORT", target: CALENDAR, headers, body });
  if (answer.status !== 207) throw new Error(`${answer.status} ${answer.body}`);
  return [...answer.body.matchAll(/all\/([^/<]+)\.ics<\/d:href>/g)]
    .map(([, name]) => name ?? "")
    .sort();
}

test("calendar-query finds what the plain reading of RFC 4791 says, through the index or before it", async (t) => {
  const { send, pool } = await testServer(t);
  await send({ ...REQUEST, method: "MKCALENDAR", target: CALENDAR, body: ALL });
  const objects = fc.sample(anyObject, { seed: SEED, numRuns: 60 });
  for (const object of objects)
    t.is(await put(send, object.uid, textOf(object)), 201, textOf(object));
  const filters = fc.sample(anyFilter(objects.map(({ uid }) => uid)), { seed: SEED, numRuns: 100 });
  const keys = "select object_name, keys from text_index order by object_name";
  const { rows: before } = await pool.query(keys);
  for (const [index, filter] of filters.entries()) {
    if (index === 70) await pool.query(UNFILLED);
    const zone = ZONES[index % ZONES.length] ?? null;
    const prop = index % 2 === 0 ? "<getetag/>" : "<C:calendar-data/>";
    const expected = objects.filter((each) => plainlyMatches(each, filter, zone ?? "UTC"));
    const told = `${filterElement(filter)} in ${zone}, seed ${SEED}`;
    const names = await found(send, filterElement(filter), { zone, prop });
    const wrong = objects.filter(
      ({ uid }) => names.includes(uid) !== expected.some((e) => e.uid === uid),
    );
    deepStrictEqual(
      wrong.map((each) => `${names.includes(each.uid)} ${textOf(each)}`),
      [],
      told,
    );
  }
  while ((await fillTextIndex(pool)) > 0);
  t.deepEqual((await pool.query(keys)).rows, before);
});

/** As a migration leaves what was stored before. */
const UNFILLED =
  "update text_index set keys = array_to_tsvector(array[collection_id || ':?', 'unfilled'])";

const ALL = `<C:mkcalendar ${NAMESPACES}><set><prop><C:supported-calendar-component-set><C:comp name="VEVENT"/><C:comp name="VTODO"/><C:comp name="VJOURNAL"/><C:comp name="VFREEBUSY"/></C:supported-calendar-component-set></prop></set></C:mkcalendar>`;

const event = (uid: string, ...lines: string[]) =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//test//EN", "BEGIN:VEVENT", `UID:${uid}`]
    .concat("DTSTAMP:20261101T000000Z", lines, "END:VEVENT", "END:VCALENDAR", "")
    .join("\r\n");
const inEvents = (filter: string) =>
  `<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">${filter}</C:comp-filter></C:comp-filter></C:filter>`;

test("what the index can answer is answered without a look at other objects: Q94", async (t) => {
  const { send, pool } = await testServer(t);
  await send({ ...REQUEST, method: "MKCALENDAR", target: CALENDAR });
  const zoned = "DTSTART;TZID=Europe/Berlin:";
  await put(send, "single", event("Single-1", `${zoned}20261124T100000`, "DURATION:PT1H"));
  await put(
    send,
    "short",
    event("short-1", `${zoned}20261102T100000`, "RRULE:FREQ=DAILY;COUNT=30"),
  );
  await put(send, "daily", event("daily-1", `${zoned}20261102T120000`, "RRULE:FREQ=DAILY"));
  await put(send, "ümcht", event("ümcht-1", `${zoned}20261224T120000`));
  await pool.query(
    "update object set data = 'unreadable' where name in ('single.ics', 'short.ics')",
  );
  const day = '<C:time-range start="20261124T000000Z" end="20261125T000000Z"/>';
  t.deepEqual(await found(send, inEvents("")), ["%C3%BCmcht", "daily", "short", "single"]);
  t.deepEqual(await found(send, inEvents(day)), ["daily", "short", "single"]);
  const uid = (text: string) =>
    inEvents(`<C:prop-filter name="UID"><C:text-match>${text}</C:text-match></C:prop-filter>`);
  t.deepEqual(await found(send, uid("DAILY-")), ["daily"]);
  t.deepEqual(await found(send, uid("CHT-1")), ["%C3%BCmcht"]);
});

test("a search for text reads no object that its keys rule out", async (t) => {
  const { send, pool } = await testServer(t);
  await send({ ...REQUEST, method: "MKCALENDAR", target: CALENDAR });
  const [early, late] = ["DTSTART:20261124T100000Z", "DTSTART:20261224T100000Z"];
  const agenda = `DESCRIPTION:${"What was said. ".repeat(100)}`;
  await put(send, "board", event("1", early, "SUMMARY:Board meeting", "LOCATION:Zürich"));
  await put(send, "boarding", event("2", late, "SUMMARY:Boarding", "COMMENT:lunch"));
  await put(send, "lunch", event("3", early, "SUMMARY:Lunch", agenda));
  await put(send, "dinner", event("4", late, "SUMMARY:Dinner", "ATTENDEE:mailto:ann@example.org"));
  const unreadable = (...names: string[]) =>
    pool.query("update object set data = 'unreadable' where name = any($1)", [names]);
  const text = (name: string, part: string, more = "") =>
    `<C:prop-filter name="${name}"><C:text-match${more}>${part}</C:text-match></C:prop-filter>`;
  const day = '<C:time-range start="20261124T000000Z" end="20261125T000000Z"/>';
  await unreadable("dinner.ics");
  t.deepEqual(await found(send, inEvents(text("SUMMARY", "BOARD"))), ["board", "boarding"]);
  t.deepEqual(await found(send, inEvents(text("DESCRIPTION", "as said"))), ["lunch"]);
  await unreadable("lunch.ics");
  t.deepEqual(await found(send, inEvents(text("SUMMARY", "b"))), ["board", "boarding"]);
  t.deepEqual(await found(send, inEvents(text("SUMMARY", "oar"))), ["board", "boarding"]);
  await unreadable("boarding.ics");
  t.deepEqual(await found(send, inEvents(day + text("SUMMARY", "board"))), ["board"]);
  t.deepEqual(await found(send, inEvents(text("LOCATION", "rich") + text("SUMMARY", "board"))), [
    "board",
  ]);
  const both = inEvents(text("LOCATION", "zü")).replace(
    "</C:comp-filter></C:filter>",
    '<C:comp-filter name="VTODO"><C:is-not-defined/></C:comp-filter></C:comp-filter></C:filter>',
  );
  t.deepEqual(await found(send, both), ["board"]);
});
