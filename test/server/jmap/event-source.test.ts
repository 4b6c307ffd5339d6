import test, { type ExecutionContext } from "ava";
import {
  createAccount,
  deleteAccount,
  disableAccount,
  setPassword,
} from "../../../server/accounts/accounts.ts";
import { deleteAppPassword } from "../../../server/store/app-passwords.ts";
import { addAppPassword } from "../../support/app-password.ts";
import { event } from "../../support/events.ts";
import { callOne, changedIn, openStream, readSession } from "../../support/jmap-client.ts";
import { eventually } from "../../support/push.ts";
import { PASSWORD, testServer, type TestServer } from "../../support/server.ts";

const CALENDAR = "/dav/calendars/alice/calendar/";
const BOOK = "/dav/addressbooks/alice/addressbook/";
const ALL = "types=*&closeafter=no&ping=0";

const card = (uid: string) =>
  `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${uid}\r\nFN:Ann\r\nN:;Ann;;;\r\nEND:VCARD\r\n`;

const acl = (ace: string) => `<acl xmlns="DAV:">${ace}</acl>`;
const BOB = `<ace><principal><href>/dav/principals/bob/</href></principal><grant><privilege><read/></privilege></grant></ace>`;
const EVERYBODY = BOB.replace(/<href>.*<\/href>/, "<authenticated/>");

interface Place extends TestServer {
  readonly put: (target: string, body?: string) => Promise<void>;
  readonly accountId: string;
}

async function prepare(t: ExecutionContext): Promise<Place> {
  const server = await testServer(t, { users: ["alice", "bob"] });
  const { session } = await readSession(server);
  const put = async (target: string, body = event(target)) => {
    const type = target.endsWith(".vcf") ? "text/vcard" : "text/calendar";
    const headers = { "content-type": type };
    const answer = await server.send({ method: "PUT", target, user: "alice", headers, body });
    if (answer.status >= 300) throw new Error(`${answer.status} ${answer.body}`);
  };
  return { ...server, put, accountId: Object.keys(session.accounts)[0] ?? "" };
}

async function state(server: Place, type: string): Promise<string> {
  const [, { list }] = await callOne(server, "DavState/get", {
    accountId: server.accountId,
    ids: [type],
  });
  return list[0].state;
}

test("a change is told with the state that a client then reads", async (t) => {
  const server = await prepare(t);
  const stream = await openStream(t, server, ALL);
  t.is(stream.status, 200);
  t.is(stream.headers.get("content-type"), "text/event-stream");
  t.is(stream.headers.get("cache-control"), "no-cache");
  t.is(stream.headers.get("x-accel-buffering"), "no");
  await server.put(`${CALENDAR}a.ics`);
  const [first] = await stream.until(1);
  t.is(first?.event, "state");
  t.truthy(first?.id);
  const changed = first && changedIn(first);
  t.deepEqual(changed, {
    [server.accountId]: { CalendarEvent: await state(server, "CalendarEvent") },
  });
});

test("a collection that is made or renamed is a change of Calendar", async (t) => {
  const server = await prepare(t);
  const stream = await openStream(t, server, "types=Calendar&closeafter=no&ping=0");
  await server.put(`${CALENDAR}a.ics`);
  const target = "/dav/calendars/alice/new/";
  await server.send({ method: "MKCALENDAR", target, user: "alice", headers: {}, body: "" });
  const [first] = await stream.until(1);
  t.deepEqual(first && changedIn(first), {
    [server.accountId]: { Calendar: await state(server, "Calendar") },
  });
});

test("only the types that were asked for are told", async (t) => {
  const server = await prepare(t);
  const stream = await openStream(t, server, "types=ContactCard,Unknown&closeafter=no&ping=0");
  await server.put(`${CALENDAR}a.ics`);
  await server.put(`${BOOK}a.vcf`, card("a"));
  const [first] = await stream.until(1);
  t.deepEqual(first && Object.keys(changedIn(first)[server.accountId] ?? {}), ["ContactCard"]);
});

test("closeafter=state ends the stream with the first event", async (t) => {
  const server = await prepare(t);
  const stream = await openStream(t, server, "types=*&closeafter=state&ping=0");
  await server.put(`${CALENDAR}a.ics`);
  await eventually(stream.ended, "the end");
  t.is(stream.events.length, 1);
});

test("a client that comes back is told at once what it missed, and nothing when it missed nothing", async (t) => {
  const server = await prepare(t);
  const stream = await openStream(t, server, ALL);
  await server.put(`${CALENDAR}a.ics`);
  const [first] = await stream.until(1);
  await server.put(`${CALENDAR}b.ics`);
  const [, second] = await stream.until(2);
  stream.close();
  const behind = await openStream(t, server, ALL, { lastId: first?.id ?? "" });
  const [missed] = await behind.until(1);
  t.deepEqual(missed?.data, second?.data);
  t.is(missed?.id, second?.id);
  const present = await openStream(t, server, ALL, { lastId: second?.id ?? "" });
  await server.put(`${BOOK}c.vcf`, card("c"));
  const [next] = await present.until(1);
  t.deepEqual(Object.keys((next && changedIn(next)[server.accountId]) ?? {}), ["ContactCard"]);
});

test("a client that lost its stream before anything was told is told what it missed, too", async (t) => {
  const server = await prepare(t);
  const stream = await openStream(t, server, ALL);
  await eventually(() => stream.lastId() !== undefined, "an id");
  stream.close();
  await server.put(`${CALENDAR}a.ics`);
  const back = await openStream(t, server, ALL, { lastId: stream.lastId() ?? "" });
  const [missed] = await back.until(1);
  t.deepEqual(missed && Object.keys(changedIn(missed)[server.accountId] ?? {}), ["CalendarEvent"]);
});

for (const lastId of ["118", "bnVsbA", "x".repeat(7000)]) {
  test(`an id that is not ours brings the whole state: ${lastId.slice(0, 10)}`, async (t) => {
    const server = await prepare(t);
    const stream = await openStream(t, server, ALL, { lastId });
    const [first] = await stream.until(1);
    t.is(Object.keys((first && changedIn(first)[server.accountId]) ?? {}).length, 4);
  });
}

test("a burst is a few events, the last with the final state", async (t) => {
  const server = await prepare(t);
  const stream = await openStream(t, server, ALL);
  const began = Date.now();
  for (let i = 0; i < 60; i += 1) await server.put(`${CALENDAR}${i}.ics`);
  const final = await state(server, "CalendarEvent");
  const last = () => {
    const told = stream.events.at(-1);
    return told && changedIn(told)[server.accountId]?.["CalendarEvent"];
  };
  await eventually(() => last() === final, "the final state");
  // The states are looked at five times a second at the most.
  const looks = (Date.now() - began) / 200 + 1;
  t.true(stream.events.length <= looks, `${stream.events.length} events in ${looks} looks`);
});

for (const query of ["types=a%20b", "types=", "closeafter=x", "ping=-1", "ping=1.5", "ping=x"]) {
  test(`${query} is refused`, async (t) => {
    const stream = await openStream(t, await testServer(t), query);
    t.is(stream.status, 400);
  });
}

test("a user may have twenty streams; another's are not counted", async (t) => {
  const server = await prepare(t);
  const streams = await Promise.all(Array.from({ length: 20 }, () => openStream(t, server, ALL)));
  t.true(streams.every(({ status }) => status === 200));
  const refused = await openStream(t, server, ALL);
  t.is(refused.status, 429);
  t.is(refused.headers.get("retry-after"), "60");
  t.is((await openStream(t, server, ALL, { user: "bob" })).status, 200);
  streams[0]?.close();
  await eventually(async () => (await openStream(t, server, ALL)).status === 200, "room");
});

test("a stream ends when the password changes, or the account is disabled or removed", async (t) => {
  const server = await prepare(t);
  await createAccount(server.pool, { name: "carol", password: PASSWORD });
  const carol = await openStream(t, server, ALL, { user: "carol" });
  const alice = await openStream(t, server, ALL);
  const bob = await openStream(t, server, ALL, { user: "bob" });
  await setPassword(server.pool, "alice", "another password");
  await eventually(alice.ended, "the end of alice's");
  t.false(bob.ended());
  await disableAccount(server.pool, "bob");
  await eventually(bob.ended, "the end of bob's");
  t.false(carol.ended());
  await deleteAccount(server.pool, "carol");
  await eventually(carol.ended, "the end of carol's");
});

test("a stream ends when the app password it was opened with is revoked", async (t) => {
  const server = await prepare(t);
  const { id, password } = await addAppPassword(server.pool, "alice");
  const stream = await openStream(t, server, ALL, { password });
  t.is(stream.status, 200);
  await deleteAppPassword(server.pool, "alice", id);
  await eventually(stream.ended, "the end of the stream");
});

for (const [whom, aces] of Object.entries({ "one user": BOB, everybody: EVERYBODY })) {
  test(`what is shared with ${whom} is told under the account of its owner, until it is shared no more`, async (t) => {
    const server = await prepare(t);
    const share = async (given: string) =>
      server.send({
        method: "ACL",
        target: CALENDAR,
        user: "alice",
        headers: {},
        body: acl(given),
      });
    const stream = await openStream(t, server, ALL, { user: "bob" });
    t.is((await share(aces)).status, 200);
    const [granted] = await stream.until(1);
    t.true(Object.hasOwn((granted && changedIn(granted)) ?? {}, server.accountId));
    await server.put(`${CALENDAR}a.ics`);
    const [, told] = await stream.until(2);
    t.is(
      told && changedIn(told)[server.accountId]?.["CalendarEvent"],
      await state(server, "CalendarEvent"),
    );
    const { session } = await readSession(server, "bob");
    t.like(session.accounts[server.accountId], { name: "alice", isPersonal: false });
    t.is((await share("")).status, 200);
    await server.put(`${CALENDAR}b.ics`);
    const hidden = await state(server, "CalendarEvent");
    const target = "/dav/addressbooks/bob/addressbook/a.vcf";
    const headers = { "content-type": "text/vcard" };
    await server.send({ method: "PUT", target, user: "bob", headers, body: card("a") });
    const shown = () => stream.events.flatMap((one) => Object.entries(changedIn(one)));
    const marked = () =>
      shown().some(([id, types]) => id !== server.accountId && "ContactCard" in types);
    await eventually(marked, "bob's own change");
    t.false(shown().some(([, types]) => types["CalendarEvent"] === hidden));
  });
}

test("other methods than GET are refused", async (t) => {
  const { send } = await testServer(t);
  const request = { target: "/jmap/events", user: "alice", headers: {}, body: "" };
  t.is((await send({ ...request, method: "POST" })).status, 405);
});
