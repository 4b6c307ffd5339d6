import test from "ava";
import type { Pool } from "pg";
import { factsOf } from "../support/facts.ts";
import { testServer, type TestServer } from "../support/server.ts";

const CALENDAR = "/dav/calendars/alice/calendar/";
const EVENT = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  "PRODID:-//x//x//EN",
  "BEGIN:VEVENT",
  "UID:a",
  "DTSTAMP:20260101T000000Z",
  "DTSTART:20260105T090000Z",
  "END:VEVENT",
  "END:VCALENDAR",
  "",
].join("\r\n");

const ace = (principal: string, privilege: string) =>
  `<ace><principal><href>/dav/principals/${principal}/</href></principal><grant><privilege><${privilege}/></privilege></grant></ace>`;

const acl = (...aces: string[]) => `<acl xmlns="DAV:">${aces.join("")}</acl>`;

const propfind = (properties: string) =>
  `<propfind xmlns="DAV:"><prop>${properties}</prop></propfind>`;

/** Sends a request and gives the status and body of its answer. */
async function ask(
  { send }: TestServer,
  [method, target, user]: readonly [string, string, string],
  body = "",
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string }> {
  const answer = await send({ method, target, user, headers, body });
  return { status: answer.status, body: answer.body };
}

async function createGroup(pool: Pool, name: string, members: string[]): Promise<void> {
  await pool.query("insert into principal (kind, name, display_name) values ('group', $1, $1)", [
    name,
  ]);
  await pool.query(
    `insert into group_member select g.id, m.id from principal g, principal m
     where g.name = $1 and m.name = any($2)`,
    [name, members],
  );
}

test("a change of what is granted moves the collection's token and is announced as a property change", async (t) => {
  const server = await testServer(t, { users: ["alice", "bob"] });
  const token = async () =>
    (await ask(server, ["PROPFIND", CALENDAR, "alice"], propfind("<sync-token/>"), { depth: "0" }))
      .body;
  const before = await token();
  await server.pool.query("delete from outbox");
  t.is((await ask(server, ["ACL", CALENDAR, "alice"], acl(ace("bob", "read")))).status, 200);
  t.not(await token(), before);
  const { rows } = await server.pool.query(
    "select change, collection_id is not null as known from outbox",
  );
  t.deepEqual(rows, [{ change: "property", known: true }]);
});

test("who was granted nothing gets the same answer whether something is there or not", async (t) => {
  const server = await testServer(t, { users: ["alice", "bob"] });
  const type = { "content-type": "text/calendar" };
  t.is((await ask(server, ["PUT", `${CALENDAR}a.ics`, "alice"], EVENT, type)).status, 201);
  const report = (root: string) =>
    `<${root} xmlns="DAV:"><sync-token/><sync-level>1</sync-level><prop><getetag/></prop></${root}>`;
  const away = { destination: "/dav/calendars/bob/calendar/a.ics" };
  const requests: readonly (readonly [string, string, string, Record<string, string>])[] = [
    ["GET", "a.ics", "", {}],
    ["HEAD", "a.ics", "", {}],
    ["PROPFIND", "a.ics", "", { depth: "0" }],
    ["PROPFIND", "", "", { depth: "1" }],
    ["REPORT", "", report("sync-collection"), {}],
    ["PUT", "a.ics", EVENT, type],
    ["DELETE", "a.ics", "", {}],
    ["DELETE", "", "", {}],
    ["COPY", "a.ics", "", away],
    ["MOVE", "a.ics", "", away],
    ["MKCALENDAR", "", "", {}],
    ["ACL", "", acl(ace("bob", "all")), {}],
    [
      "PROPPATCH",
      "",
      `<propertyupdate xmlns="DAV:"><remove><prop><displayname/></prop></remove></propertyupdate>`,
      {},
    ],
  ];
  for (const [method, member, body, headers] of requests) {
    const there = await ask(server, [method, `${CALENDAR}${member}`, "bob"], body, headers);
    const missing = "/dav/calendars/alice/missing/";
    const not = await ask(server, [method, `${missing}${member}`, "bob"], body, headers);
    t.is(there.status, 403, `${method} ${member}`);
    t.is(there.body.replaceAll(CALENDAR, missing), not.body, `${method} ${member}`);
    t.is(not.status, 403, `${method} ${member}`);
  }
});

test("a destination in the home of another tells nothing either", async (t) => {
  const server = await testServer(t, { users: ["alice", "bob"] });
  const type = { "content-type": "text/calendar" };
  const own = "/dav/calendars/bob/calendar/a.ics";
  await ask(server, ["PUT", own, "bob"], EVENT, type);
  const copyTo = (destination: string) => ask(server, ["COPY", own, "bob"], "", { destination });
  const asIfTo = (place: string, { status, body }: { status: number; body: string }) => ({
    status,
    body: body.replaceAll(CALENDAR, place),
  });
  const there = await copyTo(`${CALENDAR}a.ics`);
  for (const place of ["/dav/calendars/alice/missing/", "/dav/calendars/nobody/calendar/"]) {
    t.deepEqual(asIfTo(place, there), await copyTo(`${place}a.ics`));
  }
  t.is(there.status, 403);
});

test("what is granted to a group is granted to its members, as long as they are", async (t) => {
  const server = await testServer(t, { users: ["alice", "bob", "carol"] });
  await createGroup(server.pool, "team", ["bob"]);
  t.is((await ask(server, ["ACL", CALENDAR, "alice"], acl(ace("team", "read")))).status, 200);
  const look = (user: string) =>
    ask(server, ["PROPFIND", CALENDAR, user], propfind("<owner/>"), { depth: "0" });
  t.is((await look("bob")).status, 207);
  t.is((await look("carol")).status, 403);
  await server.pool.query("delete from group_member");
  t.is((await look("bob")).status, 403);
});

test("groups and members name each other, and principal-match finds a user's groups", async (t) => {
  const server = await testServer(t, { users: ["alice", "bob"] });
  await createGroup(server.pool, "team", ["alice", "bob"]);
  const properties = propfind("<group-member-set/><group-membership/>");
  const facts = async (name: string) =>
    factsOf(
      (
        await ask(server, ["PROPFIND", `/dav/principals/${name}/`, "bob"], properties, {
          depth: "0",
        })
      ).body,
    ).sort();
  const href = (name: string) => `<{DAV:}href>/dav/principals/${name}/</>`;
  t.deepEqual(await facts("team"), [
    `/dav/principals/team/ 200 <{DAV:}group-member-set>${href("alice")}${href("bob")}</>`,
    "/dav/principals/team/ 200 <{DAV:}group-membership></>",
  ]);
  t.deepEqual(await facts("bob"), [
    "/dav/principals/bob/ 200 <{DAV:}group-member-set></>",
    `/dav/principals/bob/ 200 <{DAV:}group-membership>${href("team")}</>`,
  ]);
  const match = '<principal-match xmlns="DAV:"><self/></principal-match>';
  const { body } = await ask(server, ["REPORT", "/dav/principals/", "bob"], match);
  t.deepEqual(factsOf(body), ["/dav/principals/bob/ 200", "/dav/principals/team/ 200"]);
});

test("a search that finds too many says so after the first hundred", async (t) => {
  const server = await testServer(t);
  await server.pool.query(
    `insert into principal (kind, name, display_name)
     select 'room', 'room' || n, 'Room ' || n from generate_series(1, 150) n`,
  );
  const search =
    '<principal-property-search xmlns="DAV:"><property-search><prop><displayname/></prop><match>ROOM</match></property-search><prop><displayname/></prop></principal-property-search>';
  const { body } = await ask(server, ["REPORT", "/dav/principals/", "alice"], search);
  const facts = factsOf(body);
  t.is(facts.length, 102);
  t.deepEqual(facts.slice(100), [
    "/dav/principals/ 507",
    "/dav/principals/ 507 <{DAV:}error><{DAV:}number-of-matches-within-limits></></>",
  ]);
});
