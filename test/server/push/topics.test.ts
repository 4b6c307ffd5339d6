import test from "ava";
import type { ExecutionContext } from "ava";
import type { Pool } from "pg";
import { claim, nextReady } from "../../../server/push/deliveries.ts";
import { fanOut } from "../../../server/push/fanout.ts";
import { blockOrigin, finish, unblockOrigins } from "../../../server/push/settlement.ts";
import { listSubscriptions } from "../../../server/push/listing.ts";
import {
  expireSubscriptions,
  recordSubscription,
  type NewSubscription,
} from "../../../server/push/subscriptions.ts";
import type { Delivery } from "../../../server/push/transport.ts";
import { event } from "../../support/events.ts";
import { ROOM, transportOf } from "../../support/push.ts";
import { testServer, type TestServer } from "../../support/server.ts";

const CALENDAR = "/dav/calendars/alice/calendar/";
const OTHER = "/dav/calendars/alice/other/";

const TRANSPORT = transportOf({
  name: "web-push",
  pace: { quiet: 0, window: 3 },
  perOrigin: 2,
  topics: () => ["t"],
});

interface World extends TestServer {
  readonly id: (user: string) => Promise<number>;
  /** Subscribes a user; gives the public id, or why not. */
  readonly subscribe: (user: string, about: Partial<NewSubscription>) => Promise<string>;
  /** The id of a collection of alice. */
  readonly collection: (name: string) => Promise<number>;
  /** Sends a request that must succeed. */
  readonly change: (method: string, target: string, user?: string, body?: string) => Promise<void>;
  /** Identities of the subscriptions that have something to deliver, with the triggers met. */
  readonly told: () => Promise<Record<string, string>>;
}

async function prepare(t: ExecutionContext): Promise<World> {
  const server = await testServer(t, { users: ["alice", "bob", "carol"] });
  const { pool, send } = server;
  const one = async (text: string, value: string) =>
    (await pool.query<{ id: number }>(text, [value])).rows[0]?.id ?? 0;
  const id: World["id"] = (name) => one("select id from principal where name = $1", name);
  const change: World["change"] = async (method, target, user = "alice", body = "") => {
    const headers = method === "PUT" ? { "content-type": "text/calendar" } : {};
    const answer = await send({ method, target, user, headers, body });
    t.true(answer.status < 300, `${method} ${target}: ${answer.status} ${answer.body}`);
  };
  await change("MKCALENDAR", OTHER);
  await pool.query("delete from outbox");
  return {
    ...server,
    id,
    change,
    collection: (name) =>
      one(
        `select collection_id as id from binding
         where name = $1 and owner_id = (select id from principal where name = 'alice')`,
        name,
      ),
    async subscribe(user, about) {
      const principalId = await id(user);
      const identity = about.identity ?? `${user} ${JSON.stringify(about.target)}`;
      const recorded = await recordSubscription(
        pool,
        {
          principalId,
          transport: "web-push",
          endpoint: `https://push.example/${identity}`,
          origin: "https://push.example",
          target: { ownerId: principalId, home: null, collectionId: null },
          topic: "t",
          details: {},
          userAgent: "",
          address: "",
          expiresAt: new Date(Date.now() + 86_400_000),
          ...about,
          identity,
        },
        { most: 3, evict: false },
        new Date(),
      );
      return "publicId" in recorded ? recorded.publicId : recorded.kind;
    },
    async told() {
      await pool.query("delete from push_delivery");
      await fanOut(pool, { "web-push": TRANSPORT.pace }, new Date());
      const { rows } = await pool.query<{ identity: string; content: boolean; property: boolean }>(
        `select identity, content, property from push_delivery
         join push_subscription on id = subscription_id order by identity`,
      );
      return Object.fromEntries(
        rows.map((row) => [
          row.identity,
          [row.content && "content", row.property && "property"].filter(Boolean).join(" "),
        ]),
      );
    },
  };
}

const grant = (user: string) =>
  `<acl xmlns="DAV:"><ace><principal><href>/dav/principals/${user}/</href></principal><grant><privilege><read/></privilege></grant></ace></acl>`;

const NAMED = `<propertyupdate xmlns="DAV:"><set><prop><displayname>Work</displayname></prop></set></propertyupdate>`;

test("a change concerns its collection, its home and the account, and no others", async (t) => {
  const { id, subscribe, collection, change, told } = await prepare(t);
  const ownerId = await id("alice");
  const [own, other] = [await collection("calendar"), await collection("other")];
  const calendars = { ownerId, home: "calendars" };
  await subscribe("alice", {
    identity: "account",
    target: { ownerId, home: null, collectionId: null },
  });
  await subscribe("alice", { identity: "home", target: { ...calendars, collectionId: null } });
  await subscribe("alice", { identity: "own", target: { ...calendars, collectionId: own } });
  t.is(
    await subscribe("alice", { identity: "other", target: { ...calendars, collectionId: other } }),
    "full",
  );
  await change("PUT", `${CALENDAR}a.ics`, "alice", event("a"));
  t.deepEqual(await told(), { account: "content", home: "content", own: "content" });
  await change("PUT", `${OTHER}a.ics`, "alice", event("a"));
  t.deepEqual(await told(), { account: "content", home: "content" });
  await change("PROPPATCH", CALENDAR, "alice", NAMED);
  t.deepEqual(await told(), { account: "content", home: "content", own: "property" });
});

test("triggers that were not asked for, and changes of one's own if so wanted, are not announced", async (t) => {
  const { id, subscribe, collection, change, told } = await prepare(t);
  const ownerId = await id("alice");
  const target = { ownerId, home: "calendars", collectionId: await collection("calendar") };
  const on = { content: true, property: true, own: true };
  await subscribe("alice", { identity: "content", target, on: { ...on, property: false } });
  await subscribe("alice", { identity: "property", target, on: { ...on, content: false } });
  await subscribe("alice", { identity: "foreign", target, on: { ...on, own: false } });
  await change("PUT", `${CALENDAR}a.ics`, "alice", event("a"));
  t.deepEqual(await told(), { content: "content" });
  await change("PROPPATCH", CALENDAR, "alice", NAMED);
  t.deepEqual(await told(), { property: "property" });
});

test("others hear of what was granted to them, as long as it is", async (t) => {
  const { pool, id, subscribe, collection, change, told } = await prepare(t);
  const ownerId = await id("alice");
  const target = { ownerId, home: "calendars", collectionId: await collection("calendar") };
  t.is(await subscribe("bob", { target }), "refused");
  await change("ACL", CALENDAR, "alice", grant("bob"));
  t.deepEqual(await told(), {});
  await subscribe("bob", { identity: "collection", target });
  await subscribe("bob", { identity: "home", target: { ...target, collectionId: null } });
  await subscribe("bob", { identity: "shared", shared: true });
  t.is(await subscribe("carol", { target }), "refused");
  await change("PUT", `${CALENDAR}a.ics`, "alice", event("a"));
  t.deepEqual(await told(), { collection: "content", home: "content", shared: "content" });
  await change("PUT", `${OTHER}a.ics`, "alice", event("a"));
  t.deepEqual(await told(), {});
  await change("PUT", `${CALENDAR}b.ics`, "alice", event("b"));
  await change("ACL", CALENDAR, "alice", grant("carol"));
  t.deepEqual(await told(), {});
  t.is((await listSubscriptions(pool, "bob")).length, 3);
  await pool.query("update principal set disabled_at = now() where name = 'bob'");
  await expireSubscriptions(pool, new Date());
  t.is((await listSubscriptions(pool, "bob")).length, 3, "a disabled account may come back");
  await pool.query("update principal set disabled_at = null");
  await expireSubscriptions(pool, new Date());
  t.deepEqual(
    (await listSubscriptions(pool, "bob")).map(({ collectionId, home }) => [collectionId, home]),
    [[null, null]],
  );
  const everybody = grant("").replace(/<href>.*<\/href>/, "<authenticated/>");
  await change("ACL", CALENDAR, "alice", everybody);
  await told();
  await change("PUT", `${CALENDAR}c.ics`, "alice", event("c"));
  t.deepEqual(await told(), { shared: "content" }, "what was granted to everybody");
  await change("ACL", CALENDAR, "alice", grant("carol"));
  await change("PUT", `${CALENDAR}d.ics`, "alice", event("d"));
  t.deepEqual(await told(), {});
});

test("what goes from one account to another is told to who subscribed to either", async (t) => {
  const { id, subscribe, change, told, send } = await prepare(t);
  await change("PUT", `${CALENDAR}a.ics`, "alice", event("a"));
  const body = grant("bob").replace("<read/>", "<all/>");
  await change("ACL", CALENDAR, "alice", body);
  for (const user of ["alice", "bob"]) {
    const target = { ownerId: await id(user), home: "calendars", collectionId: null };
    await subscribe(user, { identity: user, target });
  }
  await told();
  const transfer = async (method: string, from: string, destination: string) =>
    (await send({ method, target: from, user: "bob", headers: { destination }, body: "" })).status;
  const away = "/dav/calendars/bob/calendar/a.ics";
  t.is(await transfer("MOVE", `${CALENDAR}a.ics`, away), 201);
  t.deepEqual(await told(), { alice: "content", bob: "content" });
  t.is(await transfer("COPY", away, `${CALENDAR}b.ics`), 201);
  t.deepEqual(await told(), { alice: "content" });
});

test("who was granted a home hears of all that is in it, and of what is made there later", async (t) => {
  const { id, subscribe, collection, change, told } = await prepare(t);
  await change("ACL", "/dav/calendars/alice/", "alice", grant("bob"));
  const target = { ownerId: await id("alice"), home: "calendars", collectionId: null };
  await subscribe("bob", { identity: "home", target });
  await subscribe("bob", { identity: "shared", shared: true });
  await told();
  await change("PUT", `${OTHER}a.ics`, "alice", event("a"));
  t.deepEqual(await told(), { home: "content", shared: "content" });
  await change("MKCALENDAR", "/dav/calendars/alice/later/");
  t.deepEqual(await told(), { home: "content", shared: "content" });
  const later = { ...target, collectionId: await collection("later") };
  await subscribe("bob", { identity: "later", target: later });
  await change("DELETE", "/dav/calendars/alice/later/");
  t.deepEqual(await told(), { home: "content", later: "content" });
  await change("ACL", "/dav/calendars/alice/", "alice", grant("carol"));
  await change("PUT", `${OTHER}b.ics`, "alice", event("b"));
  t.deepEqual(await told(), {});
});

test("a subscriber who lost access after the change was taken up is not told, and the subscription ends", async (t) => {
  const { pool, id, subscribe, collection, change, told } = await prepare(t);
  const ownerId = await id("alice");
  const target = { ownerId, home: "calendars", collectionId: await collection("calendar") };
  await change("ACL", CALENDAR, "alice", grant("bob"));
  await subscribe("bob", { identity: "bob's", target });
  await change("PUT", `${CALENDAR}a.ics`, "alice", event("a"));
  t.deepEqual(await told(), { "bob's": "content property" });
  await change("ACL", CALENDAR, "alice", grant("carol"));
  t.deepEqual(await claim(pool, TRANSPORT, ROOM, 60), []);
  t.deepEqual(await listSubscriptions(pool, "bob"), []);
});

test("who could read a collection that goes is told once more, then the subscription ends", async (t) => {
  const { pool, id, subscribe, collection, change, told } = await prepare(t);
  const ownerId = await id("alice");
  const target = { ownerId, home: "calendars", collectionId: await collection("calendar") };
  await change("ACL", CALENDAR, "alice", grant("bob"));
  for (const user of ["alice", "bob"]) await subscribe(user, { identity: user, target });
  await change("ACL", CALENDAR, "alice", grant("carol"));
  await change("DELETE", CALENDAR);
  t.deepEqual(await told(), { alice: "content property" });
  const claimed = await claim(pool, TRANSPORT, ROOM, 60);
  t.deepEqual(
    claimed.map(({ removed }) => removed),
    [true],
  );
  await finish(pool, claimed.map(over), 3);
  t.deepEqual(await listSubscriptions(pool, "alice"), []);
});

test("a collection that goes while a push is on its way is told as well", async (t) => {
  const { pool, id, subscribe, collection, change, told } = await prepare(t);
  const ownerId = await id("alice");
  const target = { ownerId, home: "calendars", collectionId: await collection("calendar") };
  await subscribe("alice", { identity: "alice", target });
  await change("PUT", `${CALENDAR}a.ics`, "alice", event("a"));
  await told();
  const claimed = await claim(pool, TRANSPORT, ROOM, 60);
  await change("DELETE", CALENDAR);
  await finish(pool, claimed.map(over), 3);
  t.deepEqual(await told(), { alice: "content" });
});

test("a subscription that is not told that its collection went ends all the same", async (t) => {
  const { pool, id, subscribe, collection, change, told } = await prepare(t);
  const target = {
    ownerId: await id("alice"),
    home: "calendars",
    collectionId: await collection("calendar"),
  };
  const on = { content: false, property: true, own: true };
  await subscribe("alice", { identity: "properties", target, on });
  await subscribe("alice", { identity: "content", target });
  await change("DELETE", CALENDAR);
  t.deepEqual(Object.keys(await told()), ["content"]);
  t.is(await expireSubscriptions(pool, new Date()), 0);
  t.is(await expireSubscriptions(pool, new Date(Date.now() + 7_200_000)), 1);
  t.is((await listSubscriptions(pool, "alice")).length, 1, "the one with a delivery waits for it");
});

test("a registration that asked not to be told is left out only if all folded changes named it", async (t) => {
  const { pool, id, subscribe, change, told } = await prepare(t);
  const ownerId = await id("alice");
  const target = { ownerId, home: "calendars", collectionId: null };
  const named = await subscribe("alice", { identity: "named", target });
  await subscribe("alice", { identity: "unnamed", target });
  await change("ACL", CALENDAR, "alice", grant("bob"));
  const foreign = await subscribe("bob", { identity: "foreign", target });
  await pool.query("delete from outbox");
  const silence = (...ids: string[]) => pool.query("update outbox set silenced = $1", [ids]);
  await change("PUT", `${CALENDAR}a.ics`, "alice", event("a"));
  await silence(named, foreign);
  t.deepEqual(await told(), { unnamed: "content", foreign: "content" });
  await change("PUT", `${CALENDAR}b.ics`, "alice", event("b"));
  await silence(named);
  await change("PUT", `${CALENDAR}c.ics`, "alice", event("c"));
  t.deepEqual(Object.keys(await told()).sort(), ["foreign", "named", "unnamed"]);
  await change("PUT", `${CALENDAR}d.ics`, "alice", event("d"));
  await silence("*");
  t.deepEqual(await told(), {});
});

const over = (delivery: Delivery) => ({ delivery, error: null, sent: true, told: null });

async function makeDue(pool: Pool, origin: string, many: number): Promise<void> {
  await pool.query(
    `with made as (
       insert into push_subscription (principal_id, transport, identity, endpoint, origin, owner_id, topic,
         expires_at, created_at, refreshed_at)
       select p.id, 'web-push', $1 || n, $1 || n, $1, p.id, 't', now() + interval '1 day', now(), now()
       from principal p, generate_series(1, $2) n where p.name = 'alice' returning *
     )
     insert into push_delivery
       (subscription_id, transport, topic, origin, first_changed_at, last_changed_at, latest_at, due_at)
     select id, transport, topic, origin, now(), now(), now(), now() - interval '1 minute' from made`,
    [origin, many],
  );
}

test("an origin has only its share of what is under way, and none while it is left alone", async (t) => {
  const { pool } = await prepare(t);
  await makeDue(pool, "https://slow.example", 50);
  await makeDue(pool, "https://quick.example", 3);
  const first = await claim(pool, TRANSPORT, ROOM, 60);
  const origins = new Map(["slow", "quick"].map((name) => [`https://${name}.example`, 0]));
  t.deepEqual(await claim(pool, TRANSPORT, { free: 6, origins }, 60), []);
  const of = (claimed: readonly Delivery[]) =>
    claimed.map(({ origin }) => origin.slice(8, 12)).sort();
  t.deepEqual(of(first), ["quic", "quic", "slow", "slow"]);
  await blockOrigin(pool, "https://slow.example", "503", 60);
  await finish(pool, first.map(over), 3);
  const third = await claim(pool, TRANSPORT, ROOM, 60);
  t.deepEqual(of(third), ["quic"]);
  await unblockOrigins(pool, ["https://slow.example"]);
  const fourth = await claim(pool, TRANSPORT, ROOM, 60);
  t.deepEqual(of(fourth), ["slow", "slow"]);
});

test("ten thousand deliveries to one origin are claimed a few at a time, and another's are not behind them", async (t) => {
  const { pool } = await prepare(t);
  // Postgres believes it to be empty until it looks again, up to a minute later.
  await pool.query("analyze push_subscription");
  await makeDue(pool, "https://slow.example", 10_000);
  await makeDue(pool, "https://quick.example", 1);
  const wide = { ...TRANSPORT, perOrigin: 50 };
  const of = (claimed: readonly Delivery[], name: string) =>
    claimed.filter(({ origin }) => origin === `https://${name}.example`).length;
  const first = await claim(pool, wide, { free: 100, origins: new Map() }, 60);
  t.deepEqual([of(first, "slow"), of(first, "quick")], [50, 1]);
  await makeDue(pool, "https://late.example", 1);
  const room = { free: 49, origins: new Map([["https://slow.example", 0]]) };
  t.deepEqual(
    (await claim(pool, wide, room, 60)).map(({ origin }) => origin),
    ["https://late.example"],
  );
  const next = (await nextReady(pool, wide, room)) ?? Infinity;
  t.true(next > 0, "what is ready waits for room only");
});

test("where thousands of deliveries wait, the end of some reads no others, though Postgres believes that none wait", async (t) => {
  const { pool } = await prepare(t);
  await pool.query("analyze push_delivery");
  await makeDue(pool, "https://push.example", 5000);
  await pool.query("analyze push_subscription");
  const claimed = await claim(pool, { ...TRANSPORT, perOrigin: 20 }, ROOM, 60);
  const client = await pool.connect();
  t.teardown(() => client.release());
  const read = async () => {
    const { rows } = await client.query<{ read: number }>(
      "select (seq_tup_read + idx_tup_fetch)::int as read from pg_stat_xact_user_tables where relname = 'push_delivery'",
    );
    return rows[0]?.read ?? 0;
  };
  await client.query("begin");
  const before = await read();
  await finish(client, claimed.map(over), 3);
  const after = await read();
  await client.query("commit");
  t.true(
    claimed.length > 0 && after - before < 500,
    `${claimed.length} ended, ${after - before} read`,
  );
});

test("while a burst goes on the pushes to a subscription grow rarer, up to one in ten seconds", async (t) => {
  const { pool } = await prepare(t);
  await makeDue(pool, "https://push.example", 1);
  const gaps: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    const claimed = await claim(pool, TRANSPORT, { free: 1, origins: new Map() }, 60);
    await finish(pool, claimed.map(over), 3);
    const { rows } = await pool.query<{ id: number; gap: number }>(
      `insert into push_delivery
         (subscription_id, transport, topic, origin, first_changed_at, last_changed_at, latest_at, due_at)
       select id, transport, topic, origin, now(), now(), now(), now() from push_subscription returning subscription_id as id,
         (select gap from push_subscription) as gap`,
    );
    gaps.push(rows[0]?.gap ?? -1);
  }
  t.deepEqual(gaps, [0, 6, 10, 10]);
});
