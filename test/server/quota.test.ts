/** What accounts store is counted exactly, whoever stores it and however many do so at once. */
import test from "ava";
import { validateObject } from "../../dav/index.ts";
import { updateQuota } from "../../server/store/accounts.ts";
import { event } from "../support/events.ts";
import { miscounted } from "../support/quota.ts";
import { testServer, type TestServer } from "../support/server.ts";

const CALENDAR = "/dav/calendars/alice/calendar/";
const LONG = "x".repeat(500);
const TYPE = { "content-type": "text/calendar" };

async function statusOf({ send }: TestServer, method: string, target: string, rest = {}) {
  const request = { method, target, user: "alice", headers: TYPE, body: "", ...rest };
  return (await send(request)).status;
}

const put = (server: TestServer, name: string, summary: string, user = "alice") =>
  statusOf(server, "PUT", `${CALENDAR}${name}.ics`, { body: event(name, summary), user });

test("many writers at once leave the number of bytes that are stored", async (t) => {
  const server = await testServer(t);
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let n = 0; n < 5; n++) {
      await put(server, `shared-${n}`, "x".repeat(writer * 10 + n));
      await put(server, `own-${writer}`, "x".repeat(n));
      await statusOf(server, "DELETE", `${CALENDAR}shared-${n}.ics`);
      await statusOf(server, "PUT", `/dav/files/alice/${n}`, { body: "x".repeat(writer) });
    }
  });
  await Promise.all(writers);
  t.deepEqual(await miscounted(server.pool), []);
});

test("who is over the quota can move, shorten and remove, but store nothing more; others do not suffer", async (t) => {
  const server = await testServer(t, { users: ["alice", "bob"] });
  const { pool } = server;
  t.is(await put(server, "a", LONG), 201);
  t.is(await put(server, "b", LONG), 201);
  const all = `<acl xmlns="DAV:"><ace><principal><href>/dav/principals/bob/</href></principal><grant><privilege><all/></privilege></grant></ace></acl>`;
  t.is(await statusOf(server, "ACL", CALENDAR, { body: all }), 200);
  await updateQuota(pool, "alice", 700);
  t.is(await put(server, "c", "short"), 507);
  t.is(await put(server, "c", "short", "bob"), 507);
  const body = event("c");
  const own = { user: "bob", body };
  t.is(await statusOf(server, "PUT", "/dav/calendars/bob/calendar/c.ics", own), 201);
  const headers = (destination: string) => ({ headers: { destination } });
  t.is(await statusOf(server, "MOVE", `${CALENDAR}a.ics`, headers(`${CALENDAR}d.ics`)), 201);
  t.is(await statusOf(server, "MOVE", CALENDAR, headers("/dav/calendars/alice/moved/")), 201);
  t.is(await statusOf(server, "MOVE", "/dav/calendars/alice/moved/", headers(CALENDAR)), 201);
  t.is(await put(server, "b", "shorter"), 204);
  t.is(await statusOf(server, "DELETE", `${CALENDAR}d.ics`), 204);
  t.is(await put(server, "c", "short", "bob"), 201);
  t.deepEqual(await miscounted(pool), []);
});

test("two writers in different homes do not pass the quota together, in whatever order they come", async (t) => {
  const server = await testServer(t);
  const { pool, store } = server;
  await updateQuota(pool, "alice", 1000);
  const open = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  const run: Parameters<typeof store.run<void>>[0]["run"] = async (tx) => {
    await tx.lockHome("calendars", "alice");
    const collection = await tx.findCollection("calendars", "alice", "calendar");
    if (collection === null) throw new Error("there is no calendar");
    const valid = validateObject("calendar", Buffer.from(event("first", LONG)), new Date());
    await tx.putObject(collection, { ...valid, name: "first.ics" }, null);
    written.resolve();
    await open.promise;
  };
  const first = store.run({ mode: "write", run }, null);
  await written.promise;
  const second = statusOf(server, "PUT", "/dav/files/alice/second", { body: LONG });
  const seen = { answer: false };
  void second.then(() => (seen.answer = true));
  const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  const deadline = Date.now() + 60_000;
  while (!seen.answer && (await pool.query(waits)).rowCount === 0) {
    if (Date.now() > deadline) throw new Error("the second is neither answered nor waits");
  }
  open.resolve();
  await first;
  t.is(await second, 507);
  t.is(await statusOf(server, "PUT", "/dav/files/alice/second", { body: "x" }), 201);
  t.deepEqual(await miscounted(pool), []);
});
