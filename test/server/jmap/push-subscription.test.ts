import test from "ava";
import { setPassword } from "../../../server/accounts/accounts.ts";
import { deleteAppPassword } from "../../../server/store/app-passwords.ts";
import { addAppPassword } from "../../support/app-password.ts";
import { event } from "../../support/events.ts";
import { callOne, post, readSession, type Parsed } from "../../support/jmap-client.ts";
import { count, eventually } from "../../support/push.ts";
import { verifyVapid, type Receiver } from "../../support/push-service.ts";
import { authorization } from "../../support/server.ts";
import { preparePushed, type Pushed } from "../../support/web-push-client.ts";

const CALENDAR = "/dav/calendars/alice/calendar/";
const DAY = 86_400_000;
const BUSY = { status: 429, headers: { "retry-after": "1" } };
const MAY = Date.parse("2027-05-01T12:00:00Z");

type Wish = Readonly<Record<string, unknown>>;

function wishOf({ url, p256dh, auth }: Receiver): Wish {
  return { deviceClientId: "device", url, keys: { p256dh, auth } };
}

/** Creates a subscription; gives what was created, or the SetError. */
async function create(pushed: Pushed, wish: Wish, user = "alice") {
  const [, answer] = await callOne(pushed, "PushSubscription/set", { create: { a: wish } }, user);
  return answer.created.a ?? answer.notCreated.a;
}

async function update(pushed: Pushed, id: string, patch: Wish, user = "alice") {
  const [, answer] = await callOne(
    pushed,
    "PushSubscription/set",
    { update: { [id]: patch } },
    user,
  );
  return id in answer.updated ? answer.updated[id] : answer.notUpdated[id];
}

async function list(pushed: Pushed, args: Wish = {}, user = "alice") {
  const [, answer] = await callOne(pushed, "PushSubscription/get", args, user);
  return answer.list ?? answer;
}

/** What arrived, decrypted where it is encrypted. */
function objects({ service }: Pushed, receiver: Receiver): Parsed[] {
  return service
    .at(receiver)
    .map((one) =>
      JSON.parse(one.headers["content-encoding"] ? receiver.decrypt(one) : one.body.toString()),
    );
}

/** Creates a subscription and verifies it. @returns its id */
async function subscribe(pushed: Pushed, receiver: Receiver, wish: Wish = {}): Promise<string> {
  const { id } = await create(pushed, { ...wishOf(receiver), ...wish });
  await eventually(() => objects(pushed, receiver).length > 0, "the verification");
  const { verificationCode } = objects(pushed, receiver).at(-1);
  await update(pushed, id, { verificationCode });
  return id;
}

test("a receiver is told nothing but its code until it has shown it, and then every change", async (t) => {
  const pushed = await preparePushed(t);
  const { service, change, start } = pushed;
  await start();
  const receiver = service.receiver();
  const created = await create(pushed, wishOf(receiver));
  await service.until(1);
  const [verification] = objects(pushed, receiver);
  t.deepEqual(Object.keys(verification).toSorted(), [
    "@type",
    "pushSubscriptionId",
    "verificationCode",
  ]);
  t.like(verification, { "@type": "PushVerification", pushSubscriptionId: created.id });
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  await pushed.settled();
  t.is(service.received.length, 1);

  const refused = await update(pushed, created.id, { verificationCode: "wrong" });
  t.like(refused, { type: "invalidProperties", properties: ["verificationCode"] });
  const { verificationCode } = verification;
  t.is(await update(pushed, created.id, { verificationCode }), null);
  await change("PUT", `${CALENDAR}b.ics`, event("b"));
  await service.until(2);
  const { session } = await readSession(pushed);
  const accountId = session.primaryAccounts["urn:pushdav:params:jmap:dav-push"];
  const [, states] = await callOne(pushed, "DavState/get", { accountId, ids: ["CalendarEvent"] });
  t.deepEqual(objects(pushed, receiver)[1], {
    "@type": "StateChange",
    changed: { [accountId]: { CalendarEvent: states.list[0].state } },
  });
  const headers = service.received[1]?.headers ?? {};
  t.regex(String(headers["ttl"]), /^\d+$/);
  t.is(
    verifyVapid(headers["authorization"]).key,
    session.capabilities["urn:ietf:params:jmap:webpush-vapid"].applicationServerKey,
  );
});

test("without keys the message is plain JSON; with types it says nothing of others", async (t) => {
  const pushed = await preparePushed(t);
  const { service, change, start } = pushed;
  await start();
  const receiver = service.receiver();
  await subscribe(pushed, receiver, { keys: null, types: ["ContactCard"] });
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  await pushed.settled();
  t.is(service.received.length, 1);
  const target = "/dav/addressbooks/alice/addressbook/a.vcf";
  const card = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:a\r\nFN:Ann\r\nN:;Ann;;;\r\nEND:VCARD\r\n";
  await change("PUT", target, card, { "content-type": "text/vcard" });
  await service.until(2);
  t.is(service.received[1]?.headers["content-type"], "application/json");
  t.deepEqual(
    Object.values(objects(pushed, receiver)[1].changed).map((states) =>
      Object.keys(states as object),
    ),
    [["ContactCard"]],
  );
});

test("what cannot be pushed to is refused, and nothing is sent there", async (t) => {
  const pushed = await preparePushed(t);
  await pushed.start();
  const receiver = pushed.service.receiver();
  const wish = wishOf(receiver);
  const { p256dh, auth } = receiver;
  const offCurve = Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 1)]).toString("base64url");
  const eleven = Buffer.alloc(11).toString("base64url");
  const wrong: [string, Wish][] = [
    ["url", { url: "http://203.0.113.1/" }],
    ["url", { url: "https://10.0.0.1/" }],
    ["url", { url: 5 }],
    ["keys", { keys: { p256dh, auth: eleven } }],
    ["keys", { keys: { p256dh: offCurve, auth } }],
    ["keys", { keys: { p256dh } }],
    ["types", { types: [] }],
    ["types", { types: "Calendar" }],
    ["expires", { expires: "tomorrow" }],
    ["expires", { expires: "2001-01-01T00:00:00Z" }],
    ["deviceClientId", { deviceClientId: "" }],
    ["deviceClientId", { deviceClientId: "a\0" }],
    ["verificationCode", { verificationCode: "x" }],
    ["colour", { colour: "red" }],
  ];
  for (const [property, fields] of wrong) {
    const answer = await create(pushed, { ...wish, ...fields });
    t.like(answer, { type: "invalidProperties", properties: [property] }, JSON.stringify(fields));
  }
  await pushed.settled();
  t.is(pushed.service.received.length, 0);
});

test("keys may be padded, and another that is never verified is in nobody's way", async (t) => {
  const pushed = await preparePushed(t);
  const { service, change, start } = pushed;
  await start();
  const [stuck, receiver] = [service.receiver(), service.receiver()];
  await create(pushed, wishOf(stuck));
  const { p256dh, auth } = receiver;
  await subscribe(pushed, receiver, { keys: { p256dh: `${p256dh}=`, auth: `${auth}==` } });
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  await eventually(() => objects(pushed, receiver).length === 2, "a StateChange");
  t.is(service.at(stuck).length, 1);
});

test("a subscription never shows where it goes, and only to whom it belongs", async (t) => {
  const pushed = await preparePushed(t);
  await pushed.start();
  const receiver = pushed.service.receiver();
  const id = await subscribe(pushed, receiver, { types: ["Calendar"] });
  const [shown] = await list(pushed);
  t.deepEqual(Object.keys(shown).toSorted(), [
    "deviceClientId",
    "expires",
    "id",
    "types",
    "verificationCode",
  ]);
  t.like(shown, { id, deviceClientId: "device", types: ["Calendar"] });
  t.deepEqual(await list(pushed, { properties: ["types"] }), [{ id, types: ["Calendar"] }]);
  for (const name of ["url", "keys"])
    t.like(await list(pushed, { properties: [name] }), { type: "forbidden" });
  t.like(await list(pushed, { properties: ["x"] }), { type: "invalidArguments" });
  t.deepEqual(await list(pushed, {}, "bob"), []);
  const [, answer] = await callOne(pushed, "PushSubscription/get", { ids: [id] }, "bob");
  t.deepEqual(answer, { list: [], notFound: [id] });
  t.like(await update(pushed, id, { types: null }, "bob"), { type: "notFound" });
  const [, destroyed] = await callOne(pushed, "PushSubscription/set", { destroy: [id] }, "bob");
  t.like(destroyed.notDestroyed[id], { type: "notFound" });
});

test("url and keys stay; types and expiry change without another verification", async (t) => {
  const pushed = await preparePushed(t);
  const { service, change, start } = pushed;
  await start();
  const receiver = service.receiver();
  const id = await subscribe(pushed, receiver);
  for (const name of ["url", "keys", "deviceClientId"]) {
    t.like(await update(pushed, id, { [name]: "x" }), {
      type: "invalidProperties",
      properties: [name],
    });
  }
  const expires = `${new Date(Date.now() + 3 * DAY).toISOString().slice(0, 19)}Z`;
  t.is(await update(pushed, id, { expires, types: ["Calendar"] }), null);
  t.like((await list(pushed))[0], { expires, types: ["Calendar"] });
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  await pushed.settled();
  t.is(service.received.length, 1);
});

test("a subscription ends when it says, at the latest after thirty days", async (t) => {
  let now = MAY;
  const pushed = await preparePushed(t, () => new Date(now));
  const { service } = pushed;
  const usual = await create(pushed, wishOf(service.receiver()));
  t.is(Date.parse(usual.expires) - MAY, 7 * DAY);
  const far = await create(pushed, {
    ...wishOf(service.receiver()),
    expires: "2099-01-01T00:00:00Z",
  });
  t.is(Date.parse(far.expires) - MAY, 30 * DAY);
  now = MAY + 8 * DAY;
  t.deepEqual(
    (await list(pushed)).map(({ id }: { id: string }) => id),
    [far.id],
  );
  t.like(await update(pushed, usual.id, { expires: null }), { type: "notFound" });
});

test("the receiver that is gone loses its subscription, one that is busy is told later, once", async (t) => {
  const pushed = await preparePushed(t);
  const { service, change, start } = pushed;
  await start();
  const [gone, busy] = [service.receiver(), service.receiver()];
  await subscribe(pushed, gone);
  await subscribe(pushed, busy);
  service.scripts.set(gone.path, { status: 410 });
  service.scripts.set(busy.path, BUSY);
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  await eventually(async () => (await list(pushed)).length === 1, "the end of one");
  await eventually(() => service.at(busy).length >= 2, "a try");
  await change("PUT", `${CALENDAR}b.ics`, event("b"));
  service.scripts.delete(busy.path);
  await pushed.settled();
  const taken = service.at(busy).filter(({ script }) => script !== BUSY);
  t.is(taken.length, 2, "the verification and one more");
});

test("destroying ends it; one that was created in the same call or request, or before, can be named", async (t) => {
  const pushed = await preparePushed(t);
  const receiver = pushed.service.receiver();
  const [, answer] = await callOne(pushed, "PushSubscription/set", {
    create: { a: wishOf(receiver) },
    destroy: ["#a", "unknown"],
  });
  t.deepEqual(answer.destroyed, [answer.created.a.id]);
  t.like(answer.notDestroyed.unknown, { type: "notFound" });
  t.is(await count(pushed.pool, "push_subscription"), 0);
  const request = async (createdIds: unknown, ...calls: readonly Wish[]) => {
    const methodCalls = calls.map((args, at) => ["PushSubscription/set", args, String(at)]);
    const using = ["urn:ietf:params:jmap:core"];
    const { status, body } = await post(pushed, JSON.stringify({ using, methodCalls, createdIds }));
    return { status, ...(body as { createdIds?: Parsed; methodResponses: Parsed }) };
  };
  const make = { create: { b: wishOf(pushed.service.receiver()) } };
  const { createdIds: known } = await request({ z: "before" }, make);
  t.deepEqual(Object.keys(known), ["z", "b"]);
  const both = await request(
    known,
    { ...make, create: { c: make.create.b } },
    { destroy: ["#b", "#c", "#d"] },
  );
  t.deepEqual(both.methodResponses[1][1].destroyed, [known.b, both.createdIds.c]);
  t.like(both.methodResponses[1][1].notDestroyed["#d"], { type: "notFound" });
  t.is((await request(undefined, {})).createdIds, undefined, "nobody asked");
  for (const wrong of [["b"], { b: 1 }]) t.is((await request(wrong, {})).status, 400);
});

test("twenty subscriptions a user, and ten creations a minute", async (t) => {
  let now = MAY;
  const pushed = await preparePushed(t, () => new Date(now));
  const many = async (number: number) => {
    const answers = [];
    for (let i = 0; i < number; i += 1)
      answers.push(await create(pushed, wishOf(pushed.service.receiver())));
    return answers.map(({ type }) => type);
  };
  t.deepEqual(await many(11), [...Array(10).fill(undefined), "rateLimit"]);
  t.is((await create(pushed, wishOf(pushed.service.receiver()), "bob")).type, undefined);
  now += 60_000;
  await many(10);
  now += 60_000;
  t.deepEqual(await many(1), ["overQuota"]);
});

test("with the password that made them go the subscriptions, url and keys with them", async (t) => {
  const pushed = await preparePushed(t);
  await create(pushed, wishOf(pushed.service.receiver()));
  await setPassword(pushed.pool, "alice", "another password");
  t.is(await count(pushed.pool, "push_subscription"), 0);
});

test("a subscription belongs to the password that made it, and goes with it", async (t) => {
  const pushed = await preparePushed(t);
  const { id: phone, password } = await addAppPassword(pushed.pool, "alice");
  const byPhone: Pushed = {
    ...pushed,
    send: (request) =>
      pushed.send({
        ...request,
        headers: { ...request.headers, authorization: authorization("alice", password) },
      }),
  };
  const { id } = await create(byPhone, wishOf(pushed.service.receiver()));
  t.like(await list(byPhone), [{ id }]);
  t.deepEqual(await list(pushed), []);
  t.like(await update(pushed, id, { types: null }), { type: "notFound" });
  const [, destroyed] = await callOne(pushed, "PushSubscription/set", { destroy: [id] });
  t.like(destroyed.notDestroyed[id], { type: "notFound" });
  await deleteAppPassword(pushed.pool, "alice", phone);
  t.is(await count(pushed.pool, "push_subscription"), 0);
});

test("malformed arguments fail in words", async (t) => {
  const pushed = await preparePushed(t);
  for (const [name, args] of [
    ["get", { ids: "a" }],
    ["get", { ids: [1] }],
    ["get", { properties: 1 }],
    ["set", { create: [] }],
    ["set", { create: { a: 1 } }],
    ["set", { destroy: {} }],
  ] as const) {
    const [, answer] = await callOne(pushed, `PushSubscription/${name}`, args);
    t.is(answer.type, "invalidArguments", JSON.stringify(args));
  }
  const ids = Array.from({ length: 501 }, () => "a");
  t.is((await callOne(pushed, "PushSubscription/get", { ids }))[1].type, "requestTooLarge");
  t.is(
    (await callOne(pushed, "PushSubscription/set", { destroy: ids }))[1].type,
    "requestTooLarge",
  );
});
