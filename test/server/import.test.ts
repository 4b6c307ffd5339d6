import test from "ava";
import { fanOut } from "../../server/push/fanout.ts";
import { subscribe } from "../support/push.ts";
import { testServer } from "../support/server.ts";

const CALENDAR = "/dav/calendars/alice/calendar/";
const HEADERS = { "content-type": "text/calendar; charset=utf-8" };

function file(count: number): string {
  const events = Array.from({ length: count }, (_, n) =>
    ["BEGIN:VEVENT", `UID:${n}`, "DTSTAMP:20261101T000000Z", "DTSTART:20261124T100000Z"]
      .concat(`SUMMARY:${n}`, "END:VEVENT")
      .join("\r\n"),
  );
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//test//EN", ...events];
  return [...lines, "END:VCALENDAR", ""].join("\r\n");
}

const posting = (body: string) => ({
  method: "POST",
  target: CALENDAR,
  user: "alice",
  headers: HEADERS,
  body,
});

test("a file of many objects is one transaction and one push, and nothing the second time", async (t) => {
  const { send, pool } = await testServer(t);
  const { rows: homes } = await pool.query<{ id: number; key: string }>(
    "select principal_id as id, push_key as key from home where kind = 'calendars'",
  );
  const { id = 0, key = "" } = homes[0] ?? {};
  await subscribe(pool, { id, name: "alice", keys: { calendars: key, addressbooks: key } });
  await pool.query("delete from outbox");
  const first = await send(posting(file(600)));
  t.is(first.status, 207);
  t.is(first.body.split("HTTP/1.1 201 Created").length - 1, 600);
  const { rows } = await pool.query<{ transactions: number; changes: number }>(
    `select count(distinct xmin::text)::int as transactions, count(*)::int as changes from outbox`,
  );
  t.deepEqual(rows, [{ transactions: 1, changes: 2 }]);
  const left = async () => (await pool.query("select from outbox")).rowCount;
  while (await left()) await fanOut(pool, { apple: { quiet: 1, window: 3 } }, new Date());
  const deliveries = await pool.query("select from push_delivery");
  t.is(deliveries.rowCount, 1);
  const second = await send(posting(file(600)));
  t.is(second.body.split("unchanged").length - 1, 600);
  t.is(await left(), 0);
});

test("each object of a file has a number of its own, so that a delta can be paged", async (t) => {
  const { send, pool } = await testServer(t);
  await send(posting(file(20)));
  const { rows } = await pool.query<{ numbers: number; highest: number; counter: number }>(
    `select count(distinct changed_seq)::int as numbers, max(changed_seq) as highest, max(sync_seq) as counter
     from object join home on home.principal_id = object.principal_id and home.kind = 'calendars'`,
  );
  const [row] = rows;
  t.is(row?.numbers, 20);
  t.is(row?.highest, row?.counter);
});

test("an import keeps the dead properties of what it updates, and takes names of what was deleted", async (t) => {
  const { send } = await testServer(t);
  const target = `${CALENDAR}0.ics`;
  const request = { user: "alice", target, headers: {}, body: "" };
  const set =
    '<propertyupdate xmlns="DAV:"><set><prop><x xmlns="x:">y</x></prop></set></propertyupdate>';
  const get = '<propfind xmlns="DAV:"><prop><x xmlns="x:"/></prop></propfind>';
  const find = async () =>
    (await send({ ...request, method: "PROPFIND", headers: { depth: "0" }, body: get })).body;
  await send(posting(file(1)));
  await send({ ...request, method: "PROPPATCH", body: set });
  await send(posting(file(2).replace("SUMMARY:0", "SUMMARY:other")));
  t.regex(await find(), />y</);
  t.regex((await send({ ...request, method: "GET" })).body, /SUMMARY:other/);
  await send({ ...request, method: "DELETE" });
  await send(posting(file(2)));
  t.notRegex(await find(), />y</);
});

test("a file with too many objects is refused as a whole", async (t) => {
  const { send, pool } = await testServer(t);
  t.is((await send(posting(file(5001)))).status, 413);
  const alarms = "BEGIN:VALARM\r\nEND:VALARM\r\n".repeat(25_000);
  const flood = file(1).replace("END:VEVENT", `${alarms}END:VEVENT`);
  t.is((await send(posting(flood))).status, 413);
  const dates = file(1800).replaceAll("SUMMARY:", "RRULE:FREQ=WEEKLY;COUNT=60\r\nSUMMARY:");
  t.is((await send(posting(dates))).status, 413);
  t.is((await pool.query("select from object")).rowCount, 0);
});
