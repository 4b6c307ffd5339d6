import test from "ava";
import { listSubscriptions } from "../../../../../server/push/listing.ts";
import { renewIncarnations } from "../../../../../server/store/incarnation.ts";
import { event } from "../../../../support/events.ts";
import { count, eventually, hurry, paced } from "../../../../support/push.ts";
import { verifyVapid } from "../../../../support/push-service.ts";
import { BOTH, preparePushed, WINDOW } from "../../../../support/web-push-client.ts";

const CALENDAR = "/dav/calendars/alice/calendar/";
const TASKS = "/dav/calendars/alice/tasks/";
const OTHER = "/dav/calendars/alice/other/";
const HOME = "/dav/calendars/alice/";

const NAMED = `<propertyupdate xmlns="DAV:"><set><prop><displayname>Work</displayname></prop></set></propertyupdate>`;
const DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

const grant = (user: string) =>
  `<acl xmlns="DAV:"><ace><principal><href>/dav/principals/${user}/</href></principal><grant><privilege><read/></privilege></grant></ace></acl>`;

test("a change reaches a registered client encrypted, with the topic and the token that a PROPFIND then shows", async (t) => {
  const pushed = await preparePushed(t);
  const { service, register, start, change, messages, property } = pushed;
  const receiver = service.receiver();
  const { status, location, expires } = await register("alice", CALENDAR, receiver);
  t.is(status, 201);
  t.true(URL.canParse(location));
  t.regex(expires.toUTCString(), DATE);
  await start();
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  await service.until(1);
  const [message] = messages(receiver);
  t.deepEqual(message, {
    topic: await property("alice", CALENDAR, "P:topic"),
    content: true,
    token: await property("alice", CALENDAR, "sync-token"),
    property: false,
  });
  const headers = service.received[0]?.headers ?? {};
  t.is(headers["content-type"], 'application/xml; charset="UTF-8"');
  t.regex(String(headers["ttl"]), /^\d+$/);
  t.is(headers["urgency"], "normal");
  t.regex(String(headers["topic"]), /^[A-Za-z0-9_-]{1,32}$/);
  t.not(headers["topic"], message?.topic);
  const { key } = verifyVapid(headers.authorization);
  t.is(await property("alice", CALENDAR, "P:transports", "vapid-public-key"), key);
});

test("after a backup was restored clients are told to look again, by the topics they know", async (t) => {
  const { service, register, start, messages, property, pool } = await preparePushed(t);
  const [near, far] = [service.receiver(), service.receiver()];
  await register("alice", CALENDAR, near);
  await register("alice", HOME, far);
  const topics = [
    await property("alice", CALENDAR, "P:topic"),
    await property("alice", HOME, "P:topic"),
  ];
  const before = await property("alice", CALENDAR, "sync-token");
  await start();
  await renewIncarnations(pool);
  await service.until(2);
  const token = await property("alice", CALENDAR, "sync-token");
  t.not(token, before);
  t.like(messages(near)[0], { topic: topics[0], token });
  t.is(messages(far)[0]?.topic, topics[1]);
  t.is(await property("alice", CALENDAR, "P:topic"), topics[0]);
});

test("every kind of change is announced, and nothing that changes nothing", async (t) => {
  const { service, register, start, change, send, settled, pool } = await preparePushed(t);
  await change("MKCALENDAR", OTHER);
  await change("PUT", `${OTHER}c.ics`, event("c"));
  const receiver = service.receiver();
  await register("alice", CALENDAR, receiver);
  await start();
  const steps: [string, string, string?, Record<string, string>?][] = [
    ["PUT", `${CALENDAR}a.ics`, event("a")],
    ["PUT", `${CALENDAR}a.ics`, event("a", "changed")],
    ["COPY", `${OTHER}c.ics`, "", { destination: `${CALENDAR}c.ics` }],
    ["MOVE", `${CALENDAR}a.ics`, "", { destination: `${CALENDAR}b.ics` }],
    ["DELETE", `${CALENDAR}b.ics`],
  ];
  let expected = 0;
  for (const [method, target, body, headers] of steps) {
    await change(method, target, body, headers);
    await hurry(pool);
    await service.until((expected += 1));
  }
  for (const [method, target, body] of [
    ["GET", CALENDAR, ""],
    ["PUT", `${CALENDAR}bad.ics`, "no calendar"],
    ["DELETE", `${CALENDAR}nothing.ics`, ""],
    ["PROPFIND", CALENDAR, ""],
  ] as const)
    await send({ method, target, user: "alice", headers: { depth: "0" }, body });
  await settled();
  t.is(service.received.length, expected);
});

test("registering again refreshes: one URL, one push a change; another collection has its own", async (t) => {
  const { service, register, start, change, messages, property, settled } = await preparePushed(t);
  const receiver = service.receiver();
  const first = await register("alice", CALENDAR, receiver, { trigger: "" });
  const again = await register("alice", CALENDAR, receiver, { trigger: BOTH });
  const other = await register("alice", TASKS, receiver);
  t.deepEqual([first.status, again.status, other.status], [201, 204, 201]);
  t.is(first.location, again.location);
  t.not(first.location, other.location);
  await start();
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  await settled();
  t.deepEqual(
    messages(receiver).map(({ topic }) => topic),
    [await property("alice", CALENDAR, "P:topic")],
  );
});

test("new keys for a known endpoint serve all registrations with it", async (t) => {
  const { service, register, start, change, messages } = await preparePushed(t);
  const former = service.receiver("same");
  const receiver = service.receiver("same");
  await register("alice", CALENDAR, former);
  await register("alice", TASKS, receiver);
  await start();
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  await service.until(1);
  t.is(messages(receiver).length, 1);
});

test("a burst is a few messages, the last with the final token; a property update is never lost in it", async (t) => {
  const pushed = await preparePushed(t);
  const { service, register, start, change, messages, property, settled } = pushed;
  const receiver = service.receiver();
  await register("alice", CALENDAR, receiver, { trigger: BOTH });
  await start();
  const began = Date.now();
  await change("PROPPATCH", CALENDAR, NAMED);
  for (let i = 0; i < 20; i += 1) await change("PUT", `${CALENDAR}${i}.ics`, event(String(i)));
  await settled();
  const times = service.at(receiver).map(({ at }) => at);
  t.true(paced(times, began, WINDOW), `${times.length} messages`);
  const all = messages(receiver);
  t.is(all.at(-1)?.token, await property("alice", CALENDAR, "sync-token"));
  t.true(all.some(({ property: told }) => told));
});

test("a home is told of collections that come and of changes in them, under its own topic", async (t) => {
  const { service, register, start, change, messages, property } = await preparePushed(t);
  const receiver = service.receiver();
  await register("alice", HOME, receiver);
  await start();
  await change("MKCALENDAR", `${HOME}new/`);
  await service.until(1);
  t.deepEqual(messages(receiver), [
    {
      topic: await property("alice", HOME, "P:topic"),
      content: true,
      token: await property("alice", HOME, "sync-token"),
      property: false,
    },
  ]);
});

test("a collection that goes is announced once more, and its registrations end", async (t) => {
  const { service, register, start, change, messages, property, pool } = await preparePushed(t);
  const receiver = service.receiver();
  const topic = await property("alice", CALENDAR, "P:topic");
  await register("alice", CALENDAR, receiver);
  await start();
  await change("DELETE", CALENDAR);
  await service.until(1);
  t.deepEqual(messages(receiver), [{ topic, content: true, token: undefined, property: false }]);
  await eventually(async () => (await count(pool, "push_subscription")) === 0, "no registration");
});

test("who lost access is not told, who has it is, each by a topic of their own", async (t) => {
  const pushed = await preparePushed(t);
  const { service, register, start, change, messages, property, settled } = pushed;
  const [alices, bobs] = [service.receiver(), service.receiver()];
  await change("ACL", CALENDAR, grant("bob"));
  await register("alice", CALENDAR, alices);
  t.is((await register("bob", CALENDAR, bobs)).status, 201);
  await start();
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  await settled();
  const topics = await Promise.all(
    ["alice", "bob"].map((user) => property(user, CALENDAR, "P:topic")),
  );
  t.deepEqual(
    [alices, bobs].map((receiver) => messages(receiver)[0]?.topic),
    topics,
  );
  t.is(new Set(topics).size, 2);
  t.is(service.at(bobs).length, 1);
  await change("ACL", CALENDAR, grant("alice"));
  await change("PUT", `${CALENDAR}b.ics`, event("b"));
  await settled();
  t.true(service.at(alices).length >= 2);
  t.is(service.at(bobs).length, 1);
});

test("a client that asked not to be told is not, others are, and only of that change", async (t) => {
  const { service, register, start, change, settled } = await preparePushed(t);
  const [alices, bobs] = [service.receiver(), service.receiver()];
  await change("ACL", CALENDAR, grant("bob"));
  const own = await register("alice", CALENDAR, alices);
  const foreign = await register("bob", CALENDAR, bobs);
  await start();
  const put = (name: string, silenced: string) =>
    change("PUT", `${CALENDAR}${name}.ics`, event(name), { "push-dont-notify": silenced });
  await put("a", `"${own.location}", "${foreign.location}"`);
  await settled();
  t.is(service.at(bobs).length, 1);
  t.is(service.at(alices).length, 0);
  await put("b", "*");
  await settled();
  t.is(service.received.length, 1);
  await put("c", `"${own.location}"`);
  await put("d", '"*", garbage');
  await eventually(() => service.at(alices).length > 0, "alice is told of the second");
});

test("the end of a registration is bounded, and nothing is sent after it", async (t) => {
  const now = Date.UTC(2026, 10, 23, 12);
  let clock = now;
  const pushed = await preparePushed(t, () => new Date(clock));
  const { service, register, start, change, send, settled } = pushed;
  const days = ({ expires }: { expires: Date }) => (expires.getTime() - now) / 86_400_000;
  const at = (time: number) => ({ expires: new Date(time).toUTCString() });
  const receiver = service.receiver();
  t.is(days(await register("alice", CALENDAR, receiver)), 7);
  t.is(days(await register("alice", CALENDAR, receiver, { expires: "tomorrow" })), 7);
  t.is(days(await register("alice", CALENDAR, receiver, at(now - 1000))), 7);
  t.is(days(await register("alice", CALENDAR, receiver, at(now + 400 * 86_400_000))), 30);
  const last = await register("alice", CALENDAR, receiver, at(now + 3 * 86_400_000));
  t.is(days(last), 3);
  clock = now + 3 * 86_400_000 + 1000;
  await start();
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  await settled();
  t.is(service.received.length, 0);
  const { pathname } = new URL(last.location);
  const end = { method: "DELETE", target: pathname, user: "alice", headers: {}, body: "" };
  t.is((await send(end)).status, 404);
});

test("an endpoint that is gone loses its registrations; one that asks for time gets it, and is told then", async (t) => {
  const { service, register, start, change, pool, settled } = await preparePushed(t);
  const [gone, busy] = [service.receiver(), service.receiver()];
  await register("alice", CALENDAR, gone);
  await register("alice", CALENDAR, busy);
  service.scripts.set(gone.path, { status: 410 });
  service.scripts.set(busy.path, { status: 429, headers: { "retry-after": "2" } });
  await start();
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  await eventually(() => service.at(busy).length === 1, "asked");
  await change("PUT", `${CALENDAR}b.ics`, event("b"));
  service.scripts.delete(busy.path);
  await settled();
  const times = service.at(busy).map(({ at }) => at);
  t.true((times[1] ?? 0) - (times[0] ?? 0) >= 1900);
  const left = await listSubscriptions(pool, "alice");
  t.deepEqual(
    left.map(({ endpoint }) => endpoint),
    [busy.url],
  );
});

test("a service that never answers delays neither the change nor others' messages", async (t) => {
  const { service, register, start, change } = await preparePushed(t);
  const [hanging, quick] = [service.receiver(), service.receiver()];
  service.scripts.set(hanging.path, "hang");
  await register("alice", CALENDAR, hanging);
  await register("alice", CALENDAR, quick);
  await start();
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  await eventually(() => service.at(quick).length === 1, "told, while the other hangs");
  await eventually(() => service.at(hanging).length === 1, "asked");
  t.is(service.at(quick).length, 1);
});

test("a redirect is not followed and an endless answer is cut off", async (t) => {
  const { service, register, start, change, pool } = await preparePushed(t);
  const [moved, endless] = [service.receiver(), service.receiver()];
  service.scripts.set(moved.path, { status: 307, headers: { location: `${service.origin}/trap` } });
  service.scripts.set(endless.path, "endless");
  await register("alice", CALENDAR, moved);
  await register("alice", CALENDAR, endless);
  await start();
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  await eventually(async () => {
    const rows = await listSubscriptions(pool, "alice");
    return rows.every(({ lastAttemptAt }) => lastAttemptAt !== null);
  }, "both tried");
  t.false(service.received.some(({ path }) => path === "/trap"));
  const rows = await listSubscriptions(pool, "alice");
  t.regex(rows[0]?.lastError ?? "", /redirects are not followed/);
  t.is(rows[1]?.lastError, null);
});

test("what cannot be sent to is refused at once", async (t) => {
  const { service, register } = await preparePushed(t);
  const good = service.receiver();
  for (const url of [
    "/relative",
    "https://10.0.0.1/",
    "ftp://push.example/",
    "https://u:p@push.example/",
  ])
    t.is((await register("alice", CALENDAR, { ...good, url })).status, 403, url);
  for (const p256dh of ["", good.p256dh.slice(0, 80), "AAAA"])
    t.is((await register("alice", CALENDAR, { ...good, p256dh })).status, 403, p256dh);
  t.is((await register("alice", CALENDAR, { ...good, auth: "AAAA" })).status, 403);
});

test("an account has 500 registrations at most, and one more leaves the others as they are", async (t) => {
  const { service, register, pool } = await preparePushed(t);
  const receiver = service.receiver();
  await register("alice", CALENDAR, receiver);
  await pool.query(
    `insert into push_subscription
       (principal_id, transport, identity, endpoint, owner_id, topic, expires_at, created_at, refreshed_at)
     select principal_id, transport, 'one of many ' || n, endpoint, owner_id, topic, expires_at, created_at, refreshed_at
     from push_subscription, generate_series(2, 500) n`,
  );
  t.is((await register("alice", TASKS, receiver)).status, 403);
  t.is((await register("alice", CALENDAR, receiver)).status, 204);
  t.is(await count(pool, "push_subscription"), 500);
  t.is((await register("bob", "/dav/calendars/bob/calendar/", receiver)).status, 201);
});
