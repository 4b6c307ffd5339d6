import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import type { Pool } from "pg";
import { listSubscriptions, type SubscriptionRow } from "../../../../../server/push/listing.ts";
import { ApnsStandIn } from "../../../../support/apns.ts";
import { exportKey } from "../../../../support/certificates.ts";
import {
  addPerson,
  change,
  count,
  deviceToken,
  eventually,
  forbidRetries,
  hurry,
  NO_CREDENTIAL,
  settled,
  subscribe,
  temporaryFolder,
  TOPICS,
} from "../../../../support/push.ts";
import { preparePush } from "../../../../support/push-running.ts";

async function rowOf(pool: Pool, token: string): Promise<SubscriptionRow | undefined> {
  return (await listSubscriptions(pool, null)).find(({ endpoint }) => endpoint === token);
}

/** Seconds until the pending delivery of a token is due. */
async function dueIn(pool: Pool, token: string): Promise<number> {
  const due = (await rowOf(pool, token))?.dueAt?.getTime();
  return due === undefined ? -Infinity : (due - Date.now()) / 1000;
}

test("a token that is gone since its last refresh loses its subscription and is pushed no more", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  const token = await subscribe(
    pool,
    alice,
    "calendars",
    deviceToken(),
    new Date(Date.now() - 9000),
  );
  apns.byToken.set(token, { status: 410, reason: "Unregistered", timestamp: Date.now() - 5000 });
  await start();
  await change(pool, alice);
  await eventually(async () => (await count(pool, "push_subscription")) === 0, "row gone");
  await change(pool, alice);
  await settled(pool);
  t.is(apns.received.length, 1);
});

test("a token that was gone before it was subscribed again keeps its subscription", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  const token = await subscribe(pool, alice);
  apns.byToken.set(token, { status: 410, reason: "Unregistered", timestamp: Date.now() - 60_000 });
  await start();
  await change(pool, alice);
  await eventually(
    async () => /410/.test((await rowOf(pool, token))?.lastError ?? ""),
    "postponed",
  );
  t.is(await count(pool, "push_subscription"), 1);
  t.is(await count(pool, "push_delivery"), 1);
});

test("a bad token loses its rows under that topic only", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  const token = await subscribe(pool, alice, "calendars");
  await subscribe(pool, alice, "addressbooks", token);
  apns.script.push({ status: 400, reason: "BadDeviceToken" });
  await start();
  await change(pool, alice, "calendars");
  await eventually(async () => (await count(pool, "push_subscription")) === 1, "one row gone");
  t.is((await rowOf(pool, token))?.topic, TOPICS.addressbooks);
});

test("many bad tokens in a row stop the sender instead of losing every subscription", async (t) => {
  const { pool, apns, start, logged } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  for (let i = 0; i < 30; i += 1) {
    const token = await subscribe(pool, alice);
    apns.byToken.set(token, { status: 400, reason: "BadDeviceToken" });
  }
  await start();
  await change(pool, alice);
  await eventually(() => logged().includes("is the environment right"), "sender stopped");
  const claimed = "push_delivery where claimed_until is not null";
  await eventually(async () => (await count(pool, claimed)) === 0, "nothing on its way");
  t.true((await count(pool, "push_subscription")) >= 21);
});

test("a token for another topic is left alone until it is subscribed again", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  const token = await subscribe(pool, alice);
  apns.script.push({ status: 400, reason: "DeviceTokenNotForTopic" });
  await start();
  await change(pool, alice);
  await eventually(async () => (await rowOf(pool, token))?.silentSince instanceof Date, "stale");
  await change(pool, alice);
  await settled(pool);
  t.is(apns.received.length, 1);
  await subscribe(pool, alice, "calendars", token);
  await change(pool, alice);
  await apns.until(2);
  t.is((await rowOf(pool, token))?.silentSince, null);
});

test("a throttled token is held as long as asked and then pushed once, while others flow", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  const throttled = await subscribe(pool, alice);
  const other = await subscribe(pool, alice);
  apns.byToken.set(throttled, { status: 429, reason: "TooManyRequests", retryAfter: 600 });
  const to = (token: string) => apns.received.filter((push) => push.token === token);
  await start();
  await change(pool, alice);
  await settled(pool, 1);
  apns.byToken.delete(throttled);
  await change(pool, alice);
  await settled(pool, 1);
  t.is(to(other).length, 2);
  t.is(to(throttled).length, 1);
  const held = await dueIn(pool, throttled);
  t.true(held > 300 && held <= 900, `${held} s`);
  await hurry(pool);
  await settled(pool);
  t.is(to(throttled).length, 2);
});

test("without Retry-After a throttled token is held for five minutes", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  const token = await subscribe(pool, alice);
  apns.script.push({ status: 429, reason: "TooManyRequests" });
  await start();
  await change(pool, alice);
  await apns.until(1);
  await settled(pool, 1);
  await change(pool, alice);
  await settled(pool, 1);
  t.true((await dueIn(pool, token)) > 200);
  t.is(apns.received.length, 1);
});

for (const script of [
  { status: 500, reason: "InternalServerError" },
  { status: 503, reason: "ServiceUnavailable" },
  "hang",
  "cut",
] as const) {
  const name = typeof script === "string" ? script : String(script.status);
  test(`after ${name} the push is tried again with back-off on a new connection`, async (t) => {
    const { pool, apns, start } = await preparePush(t);
    const alice = await addPerson(pool, "alice");
    const token = await subscribe(pool, alice);
    apns.byToken.set(token, script);
    await start(script === "hang" ? { timeout: 5000 } : {});
    await change(pool, alice);
    await eventually(async () => Boolean((await rowOf(pool, token))?.lastError), "postponed");
    t.is(await count(pool, "push_delivery"), 1);
    apns.byToken.delete(token);
    await hurry(pool);
    await settled(pool);
    const connections = apns.received.map(({ connection }) => connection);
    t.true((connections.at(-1) ?? 0) > (connections[0] ?? 0));
    const row = await rowOf(pool, token);
    t.is(row?.lastError, null);
  });
}

test("while APNs cannot be reached one delivery waits for each subscription, and goes out after", async (t) => {
  const { pool, apns, start, logged } = await preparePush(t);
  const { authority, port } = apns;
  const alice = await addPerson(pool, "alice");
  for (let i = 0; i < 3; i += 1) await subscribe(pool, alice);
  await start();
  await change(pool, alice);
  await apns.until(3);
  await settled(pool);
  await apns.stop();
  for (let i = 0; i < 3; i += 1) {
    await change(pool, alice);
    await hurry(pool);
  }
  await eventually(() => logged().includes("cannot reach APNs"), "noticed");
  t.is(await count(pool, "push_delivery"), 3);
  const back = await ApnsStandIn.start(t, { authority, port });
  await settled(pool);
  t.is(back.received.length, 3);
});

test("after a GOAWAY with nothing on the way the next push uses a new connection", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  await start();
  await change(pool, alice);
  await apns.until(1);
  apns.goaway();
  await settled(pool);
  await change(pool, alice);
  await apns.until(2);
  t.deepEqual(
    apns.received.map(({ connection }) => connection),
    [1, 2],
  );
});

test("a push that a GOAWAY excludes is sent again at once on a new connection", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  apns.script.push({ status: 200 }, "goaway-before");
  await forbidRetries(pool);
  await start();
  await change(pool, alice);
  await apns.until(1);
  await settled(pool);
  await change(pool, alice);
  await settled(pool);
  t.deepEqual(
    apns.received.map(({ connection }) => connection),
    [1, 1, 2],
  );
});

test("a push that a GOAWAY includes is not sent twice", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  apns.script.push("goaway-after");
  await start();
  await change(pool, alice);
  await apns.until(1);
  await settled(pool);
  await change(pool, alice);
  await apns.until(2);
  await settled(pool);
  t.deepEqual(
    apns.received.map(({ connection }) => connection),
    [1, 2],
  );
});

test("a refused stream is sent again at once", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  apns.script.push("refuse");
  await forbidRetries(pool);
  await start();
  await change(pool, alice);
  await settled(pool);
  t.is(apns.received.length, 2);
});

test("GOAWAY in the middle of many pushes loses none", async (t) => {
  const { pool, apns, start } = await preparePush(t, { delay: 30, maxConcurrentStreams: 20 });
  const alice = await addPerson(pool, "alice");
  const tokens: string[] = [];
  for (let i = 0; i < 100; i += 1) tokens.push(await subscribe(pool, alice));
  await start();
  await change(pool, alice);
  await apns.until(30);
  apns.goaway();
  await settled(pool);
  const pushed = new Set(apns.pushed.map(({ token }) => token));
  t.deepEqual(
    tokens.filter((token) => !pushed.has(token)),
    [],
  );
});

for (const script of [
  { status: 403, reason: "BadCertificate" },
  { status: 403, reason: "Forbidden" },
  { status: 400, reason: "BadTopic" },
]) {
  test(`${script.reason} stops the sender, loses nothing and is said in the log`, async (t) => {
    const { pool, apns, start, logged } = await preparePush(t);
    const alice = await addPerson(pool, "alice");
    const refused = await subscribe(pool, alice, "calendars");
    const contacts = await subscribe(pool, alice, "addressbooks");
    apns.script.push(script);
    await start();
    await change(pool, alice, "calendars");
    await eventually(() => logged().includes(script.reason), "logged");
    await change(pool, alice, "calendars");
    await hurry(pool);
    await change(pool, alice, "addressbooks");
    await settled(pool, 1);
    t.deepEqual(
      apns.received.slice(1).map(({ token }) => token),
      [contacts],
    );
    t.is(await count(pool, "push_subscription"), 2);
    t.is(await count(pool, "push_delivery"), 1);
    const { lastError } = (await rowOf(pool, refused)) ?? {};
    t.is(lastError, `APNs refuses the credential for calendars: ${script.status} ${script.reason}`);
  });
}

test("a payload without aps that APNs finds empty is sent again with it", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  apns.script.push({ status: 400, reason: "PayloadEmpty" });
  await start();
  await change(pool, alice);
  await apns.until(2);
  t.deepEqual(apns.received[1]?.payload["aps"], { "content-available": 1 });
});

test("an answer that is our mistake drops the push and keeps the subscription", async (t) => {
  const { pool, apns, start } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  const token = await subscribe(pool, alice);
  apns.script.push({ status: 400, reason: "BadExpirationDate" });
  await start();
  await change(pool, alice);
  await apns.until(1);
  await settled(pool);
  t.is((await rowOf(pool, token))?.lastError, "400 BadExpirationDate: Apple finds the push wrong");
  await change(pool, alice);
  await apns.until(2);
});

test("an expired certificate stops only its own half, and a new file is taken up without restart", async (t) => {
  const { pool, apns, start, config, logged } = await preparePush(t);
  const expired = { from: new Date(Date.now() - 9e7), to: new Date(Date.now() - 8e7) };
  const old = apns.authority.issuePushCertificate(TOPICS.calendars, expired);
  await writeFile(config.calendar?.certificate ?? "", old.certificate);
  await writeFile(config.calendar?.key ?? "", old.key);
  const alice = await addPerson(pool, "alice");
  const calendars = await subscribe(pool, alice, "calendars");
  const contacts = await subscribe(pool, alice, "addressbooks");
  await start({ reloadInterval: 100 });
  t.true(logged().includes("the certificate expired on"));
  await change(pool, alice, "calendars");
  await change(pool, alice, "addressbooks");
  await settled(pool, 1);
  t.deepEqual(
    apns.received.map(({ token }) => token),
    [contacts],
  );
  const renewed = apns.authority.issuePushCertificate(TOPICS.calendars);
  await writeFile(config.calendar?.certificate ?? "", renewed.certificate);
  await writeFile(config.calendar?.key ?? "", renewed.key);
  await apns.until(2);
  t.is(apns.received[1]?.token, calendars);
});

test("a renewed certificate with the same topic is used from the next push on", async (t) => {
  const { pool, apns, start, config, logged } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  await start({ reloadInterval: 100 });
  await change(pool, alice);
  await apns.until(1);
  const renewed = apns.authority.issuePushCertificate(TOPICS.calendars);
  await writeFile(config.calendar?.certificate ?? "", renewed.certificate);
  await writeFile(config.calendar?.key ?? "", renewed.key);
  const loaded = () => logged().split("for calendars: credential loaded").length - 1;
  await eventually(() => loaded() === 2, "loaded again");
  await change(pool, alice);
  await apns.until(2);
  t.deepEqual(
    apns.received.map(({ connection }) => connection),
    [1, 2],
  );
});

test("a sender that was stopped goes on when its certificate is replaced", async (t) => {
  const { pool, apns, start, config } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  apns.script.push({ status: 403, reason: "BadCertificate" });
  await start({ reloadInterval: 100 });
  await change(pool, alice);
  await apns.until(1);
  await settled(pool, 1);
  t.is(apns.received.length, 1);
  const renewed = apns.authority.issuePushCertificate(TOPICS.calendars);
  await writeFile(config.calendar?.certificate ?? "", renewed.certificate);
  await writeFile(config.calendar?.key ?? "", renewed.key);
  await apns.until(2);
  await settled(pool);
});

test("subscriptions under an old topic wait until they are made again under the new one", async (t) => {
  const { pool, apns, start, config } = await preparePush(t);
  const alice = await addPerson(pool, "alice");
  const token = await subscribe(pool, alice);
  const topic = "com.apple.calendar.XServer.ffffffff-0000-4000-8000-5566778899aa";
  const issued = apns.authority.issuePushCertificate(topic);
  await writeFile(config.calendar?.certificate ?? "", issued.certificate);
  await writeFile(config.calendar?.key ?? "", issued.key);
  await start();
  await change(pool, alice);
  await settled(pool, 1);
  t.is(apns.received.length, 0);
  await subscribe(pool, alice, "calendars", token, new Date(), { ...TOPICS, calendars: topic });
  await change(pool, alice);
  await apns.until(1);
  t.is(apns.received[0]?.headers["apns-topic"], topic);
});

test("a p8 key signs one token for both senders and all pushes", async (t) => {
  const key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const providerKey = createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
  const { pool, apns, start } = await preparePush(t, { providerKey });
  const p8 = join(await temporaryFolder(t), "AuthKey.p8");
  await writeFile(p8, exportKey(key));
  const credential = { ...NO_CREDENTIAL, p8, keyId: "ABCDE12345", teamId: "TEAM123456" };
  const alice = await addPerson(pool, "alice");
  for (let i = 0; i < 5; i += 1) await subscribe(pool, alice);
  await subscribe(pool, alice, "addressbooks");
  await start({
    config: {
      calendar: { ...credential, topic: TOPICS.calendars },
      contacts: { ...credential, topic: TOPICS.addressbooks },
    },
  });
  await change(pool, alice);
  await change(pool, alice, "addressbooks");
  await apns.until(6);
  t.is(apns.pushed.length, 6);
  t.is(new Set(apns.received.map(({ headers }) => headers.authorization)).size, 1);
});

test("an expired provider token is renewed once and the push sent again", async (t) => {
  const key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const providerKey = createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
  const { pool, apns, start } = await preparePush(t, { providerKey });
  const p8 = join(await temporaryFolder(t), "AuthKey.p8");
  await writeFile(p8, exportKey(key));
  const topic = TOPICS.calendars;
  const calendar = { ...NO_CREDENTIAL, p8, keyId: "ABCDE12345", teamId: "TEAM123456", topic };
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  let ahead = 0;
  await start({ config: { calendar }, clock: () => new Date(Date.now() + ahead) });
  await change(pool, alice);
  await apns.until(1);
  await settled(pool);
  ahead = 25 * 60_000;
  apns.script.push({ status: 403, reason: "ExpiredProviderToken" });
  await change(pool, alice);
  await apns.until(3);
  await settled(pool);
  const [first, second, third] = apns.received.map(({ headers }) => headers.authorization);
  t.is(first, second);
  t.not(second, third);
});
