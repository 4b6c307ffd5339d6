import test from "ava";
import { listSubscriptions } from "../../../server/push/listing.ts";
import {
  addPerson,
  change,
  count,
  deviceToken,
  eventually,
  paced,
  settled,
  subscribe,
  TOPICS,
} from "../../support/push.ts";
import { preparePush, WINDOW } from "../../support/push-running.ts";

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * 86_400_000);
}

test("a change is announced once to every subscription of the home", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  const tokens = [await subscribe(pool, alice), await subscribe(pool, alice)];
  await start();
  const changedAt = Date.now();
  await change(pool, alice);
  await settled(pool);
  t.deepEqual(apns.received.map(({ token }) => token).sort(), tokens.sort());
  const [row] = await listSubscriptions(pool, "alice");
  t.true((row?.lastSuccessAt?.getTime() ?? 0) >= changedAt);
});

test("a push is a POST with the documented headers and exactly the three members", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  const token = await subscribe(pool, alice);
  await start();
  const now = Math.floor(Date.now() / 1000);
  await change(pool, alice);
  await apns.until(1);
  const arrived = Date.now() / 1000;
  const push = apns.received[0] ?? t.fail();
  const { headers, payload } = push;
  t.is(push.token, token);
  t.is(push.uid, TOPICS.calendars);
  t.is(headers["apns-topic"], TOPICS.calendars);
  t.is(headers["apns-push-type"], "background");
  t.is(headers["apns-priority"], "5");
  t.is(headers["content-type"], "application/json");
  t.regex(String(headers["apns-id"]), /^[0-9a-f-]{36}$/);
  t.is(headers["apns-collapse-id"], undefined);
  t.is(headers.authorization, undefined);
  const expires = Number(headers["apns-expiration"]) - now;
  t.true(expires >= 24 * 3600 && expires <= 72 * 3600);
  t.deepEqual(Object.keys(payload).sort(), [
    "dataChangedTimestamp",
    "key",
    "pushRequestSubmittedTimestamp",
  ]);
  t.is(payload["key"], alice.keys.calendars);
  const [changed, submitted] = [
    Number(payload["dataChangedTimestamp"]),
    Number(payload["pushRequestSubmittedTimestamp"]),
  ];
  t.true(Number.isInteger(changed) && Number.isInteger(submitted) && changed <= submitted);
  t.true(changed >= now && submitted <= arrived);
});

test("calendars and contacts are pushed on their own topic and connection, even to one device", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  const token = await subscribe(pool, alice, "calendars");
  await subscribe(pool, alice, "addressbooks", token);
  await start();
  await change(pool, alice, "addressbooks");
  await apns.until(1);
  await change(pool, alice, "calendars");
  await apns.until(2);
  t.deepEqual(
    apns.received.map(({ uid, headers, payload }) => [uid, headers["apns-topic"], payload["key"]]),
    [
      [TOPICS.addressbooks, TOPICS.addressbooks, alice.keys.addressbooks],
      [TOPICS.calendars, TOPICS.calendars, alice.keys.calendars],
    ],
  );
  t.deepEqual(
    apns.received.map(({ connection }) => connection),
    [1, 2],
  );
});

test("fifty changes that are taken up together give one push, and a later change another", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  await start();
  const client = await pool.connect();
  await client.query("begin");
  for (let i = 0; i < 50; i += 1) await change(client, alice);
  await client.query("commit");
  client.release();
  await settled(pool);
  t.is(apns.received.length, 1);
  await change(pool, alice);
  await settled(pool);
  t.is(apns.received.length, 2);
});

test("changes that never cease are announced once a window, and the last one, too", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  await start();
  const began = Date.now();
  let last = 0;
  await eventually(async () => {
    last = Date.now();
    await change(pool, alice);
    return apns.received.length >= 3;
  }, "three pushes");
  await settled(pool);
  const times = apns.received.map(({ at }) => at);
  t.true(paced(times, began, WINDOW), `${times.length} pushes`);
  t.true((times.at(-1) ?? 0) >= last);
});

test("a change that comes while its push is on the way is announced by a second push", async (t) => {
  const { pool, apns, start } = await preparePush(t, { delay: 300 });
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  await start();
  await change(pool, alice);
  await apns.until(1);
  await change(pool, alice);
  await settled(pool);
  t.is(apns.received.length, 2);
});

test("nothing is pushed for a transaction that was rolled back", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const [alice, bob] = [await addPerson(pool, "alice"), await addPerson(pool, "bob")];
  await subscribe(pool, alice);
  const bobs = await subscribe(pool, bob);
  await start();
  const client = await pool.connect();
  await client.query("begin");
  await change(client, alice);
  await client.query("rollback");
  client.release();
  await change(pool, bob);
  await settled(pool);
  t.deepEqual(
    apns.received.map(({ token }) => token),
    [bobs],
  );
});

test("nothing is pushed before the change is committed", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const [alice, bob] = [await addPerson(pool, "alice"), await addPerson(pool, "bob")];
  const tokens = [await subscribe(pool, bob), await subscribe(pool, alice)];
  await start();
  const client = await pool.connect();
  await client.query("begin");
  await change(client, alice);
  await change(pool, bob);
  await settled(pool);
  t.is(apns.received.length, 1);
  await client.query("commit");
  client.release();
  await apns.until(2);
  t.deepEqual(
    apns.received.map(({ token }) => token),
    tokens,
  );
});

test("two engines on one database push each change once", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const people = await Promise.all(["alice", "bob", "eve"].map((name) => addPerson(pool, name)));
  for (const person of people) for (let i = 0; i < 10; i += 1) await subscribe(pool, person);
  await Promise.all([start(), start()]);
  await Promise.all(people.map((person) => change(pool, person)));
  await settled(pool);
  t.is(apns.received.length, 30);
  t.is(new Set(apns.received.map(({ token }) => token)).size, 30);
});

test("changes made while no engine ran are announced by the next one", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  await change(pool, alice);
  await start();
  await apns.until(1);
  t.pass();
});

test("without a credential the outbox is emptied and nothing is sent", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  const push = await start({ config: { calendar: null, contacts: null } });
  await change(pool, alice);
  await eventually(async () => (await count(pool, "outbox")) === 0, "outbox empty");
  await push.stop();
  t.is(apns.connections, 0);
});

test("a lost database connection is made again and no change is missed", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  await start({ lease: 3 });
  await change(pool, alice);
  await apns.until(1);
  const client = await pool.connect();
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()`,
  );
  await change(client, alice);
  client.release();
  await apns.until(2);
  t.pass();
});

test("a disabled or deleted person's devices are pushed no more", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  const bob = await addPerson(pool, "bob");
  const eve = await addPerson(pool, "eve");
  for (const person of [alice, bob]) await subscribe(pool, person);
  const eves = await subscribe(pool, eve);
  for (const person of [alice, bob, eve]) await change(pool, person);
  await pool.query("update principal set disabled_at = now() where name = 'alice'");
  await pool.query("delete from principal where name = 'bob'");
  await start();
  await settled(pool);
  t.deepEqual(
    apns.received.map(({ token }) => token),
    [eves],
  );
});

test("read access is checked again when a push is sent", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  await pool.query(
    `insert into push_delivery
       (subscription_id, transport, topic, origin, first_changed_at, last_changed_at, latest_at, due_at)
     select id, transport, topic, origin, now(), now(), now(), now() + interval '0.5 s' from push_subscription`,
  );
  await pool.query("update principal set disabled_at = now()");
  await start();
  await eventually(async () => (await count(pool, "push_delivery")) === 0, "delivery dropped");
  t.is(apns.received.length, 0);
  t.is(await count(pool, "push_subscription"), 1);
});

test("a subscription that was not refreshed for 14 days ends, one refreshed yesterday stays", async (t) => {
  const { pool, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice, "calendars", deviceToken(), daysAgo(14.1));
  const kept = [
    await subscribe(pool, alice, "calendars", deviceToken(), daysAgo(13.9)),
    await subscribe(pool, alice, "calendars", deviceToken(), daysAgo(1)),
  ];
  await start();
  await eventually(async () => (await count(pool, "push_subscription")) === 2, "one expired");
  const left = await listSubscriptions(pool, null);
  t.deepEqual(left.map(({ endpoint }) => endpoint).sort(), kept.sort());
});

test("logs hold neither tokens nor keys", async (t) => {
  const { pool, apns, start, logged } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  const token = await subscribe(pool, alice);
  const push = await start();
  await change(pool, alice);
  await apns.until(1);
  await push.stop();
  t.true(logged().includes(`${token.slice(0, 4)}…${token.slice(-4)}`));
  t.false(logged().includes(token));
  t.false(logged().includes("PRIVATE KEY"));
  t.false(JSON.stringify(apns.received[0]?.payload).includes("alice"));
});

test("500 pushes use one connection and never more streams than the service allows", async (t) => {
  const { pool, apns, start } = await preparePush(t, { maxConcurrentStreams: 10 });
  const alice = await addPerson(pool, "alice");
  for (let i = 0; i < 100; i += 1) await subscribe(pool, alice);
  const push = await start();
  for (let round = 1; round <= 5; round += 1) {
    await change(pool, alice);
    await apns.until(round * 100);
  }
  await push.stop();
  t.is(apns.pushed.length, 500);
  t.is(apns.connections, 1);
  t.true(apns.mostStreams <= 10, `${apns.mostStreams} streams`);
});
