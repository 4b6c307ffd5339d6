import test, { type ExecutionContext } from "ava";
import webpush from "web-push";
import { readConfig } from "../../../../server/config.ts";
import { createEgress } from "../../../../server/push/egress/index.ts";
import { readReceiverKeys } from "../../../../server/push/webpush/encrypt.ts";
import { createWebPush, type Message } from "../../../../server/push/webpush/index.ts";
import { loadVapidKeys, rotateVapidKey } from "../../../../server/push/webpush/keys.ts";
import {
  createVapid,
  generateVapidKey,
  readVapidKey,
} from "../../../../server/push/webpush/vapid.ts";
import { testDatabase } from "../../../support/database.ts";
import { type Receiver, startPushService, verifyVapid } from "../../../support/push-service.ts";

const SUBJECT = "mailto:admin@example.org";

function messageTo(receiver: Receiver, changes: Partial<Message> = {}): Message {
  return {
    endpoint: receiver.url,
    keys: readReceiverKeys(receiver.p256dh, receiver.auth),
    vapid: readVapidKey(generateVapidKey().privateKey),
    contentType: "application/xml",
    body: "<x/>",
    ttl: 86_400,
    urgency: "normal",
    ...changes,
  };
}

async function prepare(t: ExecutionContext, timeout = 60_000) {
  const service = await startPushService(t);
  const { push } = readConfig(service.environment);
  const clock = () => new Date();
  const egress = createEgress({ networks: push.networks, ca: push.ca, clock, timeout });
  t.teardown(() => egress.close());
  const send = createWebPush({ egress, authorize: createVapid(SUBJECT, clock), clock });
  return { service, send };
}

test("a message arrives encrypted for its receiver and signed for the service", async (t) => {
  const { service, send } = await prepare(t);
  const receiver = service.receiver();
  const message = messageTo(receiver, { topic: "abc" });
  t.deepEqual(await send(message), { kind: "delivered" });
  const [received] = service.received;
  if (!received) return t.fail();
  t.is(receiver.decrypt(received), "<x/>");
  t.like(received.headers, {
    ttl: "86400",
    urgency: "normal",
    topic: "abc",
    "content-encoding": "aes128gcm",
    "content-type": "application/xml",
  });
  const { key, claims } = verifyVapid(received.headers.authorization);
  t.deepEqual([key], [message.vapid?.publicKey]);
  t.is(claims["aud"], service.origin);
  t.is(claims["sub"], SUBJECT);
  const left = Number(claims["exp"]) - Date.now() / 1000;
  t.true(left > 0 && left <= 86_400);
});

test("without keys a message is plain, without a key pair it is not signed", async (t) => {
  const { service, send } = await prepare(t);
  await send(messageTo(service.receiver(), { keys: null, vapid: null, body: "{}" }));
  const [received] = service.received;
  t.is(received?.body.toString(), "{}");
  t.is(received?.headers["content-encoding"], undefined);
  t.is(received?.headers.authorization, undefined);
});

const OUTCOMES = [
  [200, { kind: "delivered" }],
  [201, { kind: "delivered" }],
  [202, { kind: "delivered" }],
  [204, { kind: "delivered" }],
  [302, { kind: "retry" }],
  [400, { kind: "retry" }],
  [403, { kind: "retry" }],
  [404, { kind: "gone" }],
  [410, { kind: "gone" }],
  [413, { kind: "dropped" }],
  [429, { kind: "retry", after: 60, origin: true }],
  [500, { kind: "retry" }],
  [503, { kind: "retry", after: 60, origin: true }],
  [507, { kind: "retry" }],
] as const;

test("each status means what push services mean by it", async (t) => {
  const { service, send } = await prepare(t);
  for (const [status, outcome] of OUTCOMES) {
    const receiver = service.receiver();
    service.scripts.set(receiver.path, { status });
    t.like(await send(messageTo(receiver)), outcome, String(status));
  }
  const receiver = service.receiver();
  service.scripts.set(receiver.path, { status: 429, headers: { "retry-after": "5" } });
  t.like(await send(messageTo(receiver)), { kind: "retry", after: 5, origin: true });
});

test("a service that does not answer in time is left alone for a while", async (t) => {
  const { service, send } = await prepare(t, 500);
  const receiver = service.receiver();
  service.scripts.set(receiver.path, "hang");
  t.like(await send(messageTo(receiver)), { kind: "retry", origin: true });
});

test("a token is signed once for each origin and renewed before it ends", (t) => {
  let now = Date.UTC(2026, 10, 23);
  const authorize = createVapid(SUBJECT, () => new Date(now));
  const key = readVapidKey(generateVapidKey().privateKey);
  const first = authorize(key, "https://a.example");
  t.is(authorize(key, "https://a.example"), first);
  t.not(authorize(key, "https://b.example"), first);
  t.not(authorize(readVapidKey(generateVapidKey().privateKey), "https://a.example"), first);
  now += 11 * 3_600_000;
  const second = authorize(key, "https://a.example");
  t.not(second, first);
  t.is(verifyVapid(second).claims["exp"], now / 1000 + 12 * 3600);
});

test("another implementation finds the keys well-formed and signs the same way", (t) => {
  const { publicKey, privateKey } = generateVapidKey();
  t.regex(publicKey, /^B[A-Za-z0-9_-]{86}$/);
  t.is(readVapidKey(privateKey).publicKey, publicKey);
  const { d = "" } = readVapidKey(privateKey).privateKey.export({ format: "jwk" });
  const theirs = webpush.getVapidHeaders(
    "https://push.example",
    SUBJECT,
    publicKey,
    d,
    "aes128gcm",
  );
  const { key, claims } = verifyVapid(theirs.Authorization);
  const ours = verifyVapid(
    createVapid(SUBJECT, () => new Date())(readVapidKey(privateKey), "https://push.example"),
  );
  t.is(key, ours.key);
  t.deepEqual(Object.keys(claims).sort(), Object.keys(ours.claims).sort());
});

test("many processes that start at once share one key, which stays in force until it is rotated", async (t) => {
  const { pool } = await testDatabase(t);
  const loaded = await Promise.all(Array.from({ length: 8 }, () => loadVapidKeys(pool)));
  const names = new Set(loaded.map(([{ publicKey }]) => publicKey));
  t.is(names.size, 1);
  await rotateVapidKey(pool);
  const [current, former, ...others] = await loadVapidKeys(pool);
  t.false(names.has(current.publicKey));
  t.true(names.has(former?.publicKey ?? ""));
  t.deepEqual(others, []);
});
