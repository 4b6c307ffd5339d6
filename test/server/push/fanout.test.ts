import test, { type ExecutionContext } from "ava";
import type { Pool } from "pg";
import { claim, nextReady } from "../../../server/push/deliveries.ts";
import { fanOut } from "../../../server/push/fanout.ts";
import { finish, postpone, release } from "../../../server/push/settlement.ts";
import { listSubscriptions } from "../../../server/push/listing.ts";
import { markStale } from "../../../server/push/subscriptions.ts";
import type { Delivery } from "../../../server/push/transport.ts";
import { inTransaction } from "../../../server/store/transaction.ts";
import type { Connection } from "../../../server/store/query.ts";
import { testDatabase } from "../../support/database.ts";
import {
  addPerson,
  change,
  count,
  type Person,
  eventually,
  ROOM,
  subscribe,
  TOPICS,
  transportOf,
  untilOneWaits,
} from "../../support/push.ts";

const WINDOW = 10;
const QUIET = 2.5;

const TRANSPORT = transportOf({ pace: { quiet: QUIET, window: WINDOW } });

const announce = (db: Connection) => fanOut(db, { apple: TRANSPORT.pace }, new Date());

const over = (delivery: Delivery) => ({ delivery, error: null, sent: true, told: null });

/** The time in which the tests take place. */
const NOW = Date.now();

/** A change that was committed so many seconds after NOW, or before. */
async function changeAt(pool: Pool, person: Person, seconds: number): Promise<void> {
  await pool.query(
    `insert into outbox (principal_id, home, seq, change, changed_at)
     values ($1, 'calendars', 1, 'content', $2)`,
    [person.id, new Date(NOW + seconds * 1000)],
  );
}

/** Seconds after `since`, or after the subscription's last push, at which the delivery to a token is due. */
async function dueAfter(pool: Pool, token: string, since?: number): Promise<number> {
  const row = (await listSubscriptions(pool, null)).find(({ endpoint }) => endpoint === token);
  const from = since ?? row?.lastAttemptAt?.getTime() ?? Number.NaN;
  return row?.dueAt ? (row.dueAt.getTime() - from) / 1000 : Number.NaN;
}

async function makeDue(pool: Pool): Promise<Delivery> {
  await pool.query("update push_delivery set due_at = now()");
  const [delivery] = await claim(pool, TRANSPORT, ROOM, 60);
  if (!delivery) throw new Error("nothing to claim");
  return delivery;
}

/** A person with a subscription, and one change that is taken up. */
async function announceOne(t: ExecutionContext) {
  const { pool } = await testDatabase(t);
  const alice = await addPerson(pool, "alice");
  const token = await subscribe(pool, alice);
  await change(pool, alice);
  await announce(pool);
  return { pool, alice, token };
}

test("a lone change is due after the quiet time", async (t) => {
  const { pool } = await testDatabase(t);
  const alice = await addPerson(pool, "alice");
  const token = await subscribe(pool, alice);
  await changeAt(pool, alice, 0);
  t.deepEqual(await announce(pool), { more: false, deliveries: 1 });
  t.is(await dueAfter(pool, token, NOW), QUIET);
  t.is(await count(pool, "outbox"), 0);
});

test("changes that follow closely postpone the push, but not beyond the window", async (t) => {
  const { pool } = await testDatabase(t);
  const alice = await addPerson(pool, "alice");
  const token = await subscribe(pool, alice);
  const dues: number[] = [];
  for (const seconds of [-6, -2, 0, 1, 2, 3]) {
    await changeAt(pool, alice, seconds);
    await announce(pool);
    dues.push(await dueAfter(pool, token, NOW));
  }
  t.deepEqual(dues, [QUIET - 6, QUIET - 2, QUIET, QUIET + 1, WINDOW - 6, WINDOW - 6]);
  t.is(await count(pool, "push_delivery"), 1);
});

test("a burst taken from the outbox at once is one delivery, due by its first and last change", async (t) => {
  const { pool } = await testDatabase(t);
  const alice = await addPerson(pool, "alice");
  const token = await subscribe(pool, alice);
  for (const seconds of [-9, -5, -1]) await changeAt(pool, alice, seconds);
  await announce(pool);
  t.is(await dueAfter(pool, token, NOW), WINDOW - 9);
  t.is(await count(pool, "push_delivery"), 1);
});

test("a burst under one key does not delay another key", async (t) => {
  const { pool } = await testDatabase(t);
  const alice = await addPerson(pool, "alice");
  const bob = await addPerson(pool, "bob");
  await subscribe(pool, alice);
  const token = await subscribe(pool, bob);
  await changeAt(pool, bob, -2);
  for (let i = 0; i < 20; i += 1) await changeAt(pool, alice, 0);
  await announce(pool);
  t.is(await dueAfter(pool, token, NOW), QUIET - 2);
});

test("after a push the next one waits for the end of a window", async (t) => {
  const { pool, alice, token } = await announceOne(t);
  await finish(pool, [over(await makeDue(pool))], WINDOW);
  t.is(await count(pool, "push_delivery"), 0);
  await change(pool, alice);
  await announce(pool);
  t.is(await dueAfter(pool, token), WINDOW);
});

test("a change folded in while its push is on the way makes the delivery due again", async (t) => {
  const { pool, alice, token } = await announceOne(t);
  const delivery = await makeDue(pool);
  await change(pool, alice);
  await announce(pool);
  t.is((await claim(pool, TRANSPORT, ROOM, 60)).length, 0);
  await finish(pool, [over(delivery)], WINDOW);
  t.is(await dueAfter(pool, token), WINDOW);
  t.is((await makeDue(pool)).generation, delivery.generation + 1);
});

test("a change taken up while the end of the previous push is being written waits for the end of the window", async (t) => {
  const { pool, alice, token } = await announceOne(t);
  const delivery = await makeDue(pool);
  await inTransaction(pool, "begin", async (client) => {
    await finish(client, [over(delivery)], WINDOW);
    await change(pool, alice);
    const announced = announce(pool);
    await untilOneWaits(pool);
    return { announced };
  }).then(({ announced }) => announced);
  t.is(await dueAfter(pool, token), WINDOW);
});

test("a push that ends while a change is being folded in is due again, not when its claim ends", async (t) => {
  const { pool, alice, token } = await announceOne(t);
  const delivery = await makeDue(pool);
  await change(pool, alice);
  await inTransaction(pool, "begin", async (client) => {
    await announce(client);
    const finished = finish(pool, [over(delivery)], WINDOW);
    await untilOneWaits(pool);
    return { finished };
  }).then(({ finished }) => finished);
  t.is(await dueAfter(pool, token), WINDOW);
  t.is((await makeDue(pool)).generation, delivery.generation + 1);
});

test("further changes do not hurry a delivery that backs off", async (t) => {
  const { pool, alice, token } = await announceOne(t);
  await postpone(pool, await makeDue(pool), "429 TooManyRequests", 300);
  await change(pool, alice);
  await announce(pool);
  t.is(await dueAfter(pool, token), 300);
  const next = (await nextReady(pool, TRANSPORT, ROOM)) ?? 0;
  t.true(next > 0 && next <= 300);
});

test("a claim ends with its lease, or at once when it is released", async (t) => {
  const { pool } = await testDatabase(t);
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  await change(pool, alice);
  await announce(pool);
  const delivery = await makeDue(pool);
  t.deepEqual(await claim(pool, TRANSPORT, ROOM, 60), []);
  await release(pool, delivery, "stopped");
  t.is((await claim(pool, TRANSPORT, ROOM, 0.05)).length, 1);
  const ended = async () => (await claim(pool, TRANSPORT, ROOM, 60)).length === 1;
  await t.notThrowsAsync(eventually(ended, "the end of the lease"));
});

test("deliveries on a topic that cannot be sent wait, until it can or the subscription has another", async (t) => {
  const { pool } = await testDatabase(t);
  const alice = await addPerson(pool, "alice");
  const token = await subscribe(pool, alice, "addressbooks");
  await change(pool, alice, "addressbooks");
  await announce(pool);
  await pool.query("update push_delivery set due_at = now()");
  t.deepEqual(await claim(pool, TRANSPORT, ROOM, 60), []);
  t.is(await nextReady(pool, TRANSPORT, ROOM), null);
  t.is(await count(pool, "push_delivery"), 1);
  const topics = { ...TOPICS, addressbooks: TOPICS.calendars };
  await subscribe(pool, alice, "addressbooks", token, new Date(), topics);
  t.is((await claim(pool, TRANSPORT, ROOM, 60)).length, 1);
});

test("a stale subscription gets no deliveries", async (t) => {
  const { pool } = await testDatabase(t);
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  const [row] = await listSubscriptions(pool, "alice");
  await markStale(pool, row?.id ?? 0, "DeviceTokenNotForTopic");
  await change(pool, alice);
  t.is((await announce(pool)).deliveries, 0);
});

test("many fan-outs at once take each change once", async (t) => {
  const { pool } = await testDatabase(t);
  const alice = await addPerson(pool, "alice");
  const bob = await addPerson(pool, "bob");
  for (const person of [alice, bob]) for (let i = 0; i < 20; i += 1) await subscribe(pool, person);
  await pool.query(
    `insert into outbox (principal_id, home, seq, change)
     select case when n % 2 = 0 then $1::bigint else $2 end, 'calendars', n, 'content'
     from generate_series(1, 2000) n`,
    [alice.id, bob.id],
  );
  const drain = async () => {
    while ((await announce(pool)).more);
  };
  await Promise.all([drain(), drain(), drain()]);
  t.is(await count(pool, "outbox"), 0);
  t.is(await count(pool, "push_delivery"), 40);
});
