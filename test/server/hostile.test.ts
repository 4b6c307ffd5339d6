import anyTest, { type TestFn } from "ava";
import { event } from "../support/events.ts";
import { Teardowns } from "../support/teardowns.ts";
import { authorization, testServer, type TestServer } from "../support/server.ts";

const test = anyTest as TestFn<TestServer>;

const ends = new Teardowns();
test.before(async (t) => {
  t.context = await testServer(ends);
});
test.after.always(() => ends.run());

const CALENDAR = "/dav/calendars/alice/calendar/";
const PROPFIND_OPEN = '<propfind xmlns="DAV:"><prop>';

interface Attack {
  readonly title: string;
  readonly method: string;
  readonly body: string | Buffer;
  readonly status: number;
  readonly headers?: Record<string, string>;
}

const calendarWith = (...lines: string[]) =>
  event(`hostile ${lines[0]?.slice(0, 60)}`).replace("SUMMARY:Test", lines.join("\r\n"));

const XML_ATTACKS: readonly Attack[] = [
  {
    title: "a billion laughs",
    method: "PROPFIND",
    body: `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>${PROPFIND_OPEN}&b;</prop></propfind>`,
    status: 400,
  },
  {
    title: "an external entity",
    method: "PROPFIND",
    body: `<!DOCTYPE x SYSTEM "file:///etc/passwd">${PROPFIND_OPEN}</prop></propfind>`,
    status: 403,
  },
  {
    title: "XML nested 100,000 deep",
    method: "PROPFIND",
    body: "<a>".repeat(100_000) + "</a>".repeat(100_000),
    status: 400,
  },
  { title: "XML that is cut off", method: "PROPFIND", body: PROPFIND_OPEN, status: 400 },
  {
    title: "60,000 properties",
    method: "PROPFIND",
    body: `${PROPFIND_OPEN}${Array.from({ length: 60_000 }, (_, n) => `<p${n}/>`).join("")}</prop></propfind>`,
    status: 400,
  },
  {
    title: "20,000 namespaces in force on 20,000 elements that declare more",
    method: "PROPFIND",
    body: `<propfind xmlns="DAV:" ${Array.from({ length: 20_000 }, (_, n) => `xmlns:a${n}="urn:${n}"`).join(" ")}><prop>${Array.from({ length: 20_000 }, (_, n) => `<p xmlns:b="${n}"/>`).join("")}</prop></propfind>`,
    status: 400,
  },
  {
    title: "90 namespaces in force on 20,000 elements that declare more",
    method: "PROPFIND",
    body: `<propfind xmlns="DAV:" ${Array.from({ length: 90 }, (_, n) => `xmlns:a${n}="urn:${n}"`).join(" ")}><prop>${Array.from({ length: 20_000 }, (_, n) => `<p xmlns:b="${n}"/>`).join("")}</prop></propfind>`,
    status: 400,
  },
  {
    title: "XML in broken UTF-8",
    method: "PROPFIND",
    body: Buffer.concat([Buffer.from(PROPFIND_OPEN), Buffer.from([0xc3, 0x28])]),
    status: 400,
  },
  {
    title: "XML with a NUL",
    method: "PROPPATCH",
    body: '<propertyupdate xmlns="DAV:"><set><prop><x>\0</x></prop></set></propertyupdate>',
    status: 400,
  },
  {
    title: "a property of a megabyte",
    method: "PROPPATCH",
    body: `<propertyupdate xmlns="DAV:"><set><prop><x xmlns="urn:x">${"x".repeat(1_000_000)}</x></prop></set></propertyupdate>`,
    status: 207,
  },
  {
    title: "a filter nested 60 deep",
    method: "REPORT",
    headers: { depth: "1" },
    body: `<C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns="DAV:"><prop/><C:filter>${'<C:comp-filter name="VCALENDAR">'.repeat(50)}${"</C:comp-filter>".repeat(50)}</C:filter></C:calendar-query>`,
    status: 403,
  },
];

const OBJECT_ATTACKS: readonly Attack[] = [
  { title: "a body of 20 MB", method: "PUT", body: Buffer.alloc(20_000_000, 65), status: 413 },
  {
    title: "an object just over the limit",
    method: "PUT",
    body: calendarWith(`SUMMARY:${"x".repeat(1_100_000)}`),
    status: 403,
  },
  {
    title: "an event every second for a century",
    method: "PUT",
    body: calendarWith("RRULE:FREQ=SECONDLY;UNTIL=21261124T100000Z"),
    status: 403,
  },
  {
    title: "a rule that never matches",
    method: "PUT",
    body: calendarWith("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
    status: 201,
  },
  {
    title: "a rule with a billion instances",
    method: "PUT",
    body: calendarWith("RRULE:FREQ=DAILY;COUNT=1000000000"),
    status: 201,
  },
  {
    title: "components nested 5,000 deep",
    method: "PUT",
    body: `BEGIN:VCALENDAR\r\n${"BEGIN:X\r\n".repeat(5000)}${"END:X\r\n".repeat(5000)}END:VCALENDAR\r\n`,
    status: 403,
  },
  {
    title: "UTF-16",
    method: "PUT",
    body: Buffer.from(event("utf16"), "utf16le"),
    status: 415,
    headers: { "content-type": "text/calendar; charset=utf-16" },
  },
  { title: "random bytes", method: "PUT", body: Buffer.from([0, 255, 1, 254, 2]), status: 403 },
];

for (const { title, method, body, status, headers = {} } of [...XML_ATTACKS, ...OBJECT_ATTACKS]) {
  test(`${title} is answered ${status} in bounded time`, async (t) => {
    const { origin, send } = t.context;
    const target = method === "PUT" ? `${CALENDAR}${encodeURIComponent(title)}.ics` : CALENDAR;
    // A hang, not slowness: the machines that run this are shared.
    const signal = AbortSignal.timeout(60_000);
    const response = await fetch(new URL(target, origin), {
      method,
      headers: {
        authorization: authorization("alice"),
        "content-type": "text/calendar",
        ...headers,
      },
      body: body as string,
      signal,
    });
    await response.text();
    t.is(response.status, status);
    const after = { method: "PROPFIND", target: CALENDAR, user: "alice", headers: {}, body: "" };
    t.is((await send({ ...after, headers: { depth: "0" } })).status, 207);
  });
}

test("the properties of a resource are limited together, over several requests", async (t) => {
  const set = (names: string[]) => {
    const properties = names.map(
      (name) => `<${name} xmlns="urn:x">${"x".repeat(100_000)}</${name}>`,
    );
    const body = `<propertyupdate xmlns="DAV:"><set><prop>${properties.join("")}</prop></set></propertyupdate>`;
    const target = "/dav/calendars/alice/tasks/";
    return t.context.send({ method: "PROPPATCH", target, user: "alice", headers: {}, body });
  };
  t.is((await set(["a", "b", "c", "d", "e", "f"])).status, 207);
  t.is((await set(["a", "b", "c", "d", "e", "f"])).status, 207);
  t.is((await set(["g", "h", "i", "j", "k"])).status, 507);
});
