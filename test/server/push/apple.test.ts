import test, { type ExecutionContext } from "ava";
import { child, elements, text, type Element } from "../../../dav/xml/element.ts";
import { cs, dav } from "../../../dav/xml/names.ts";
import { parseXml } from "../../../dav/xml/parse.ts";
import { startPush } from "../../../server/push/index.ts";
import { ApnsStandIn } from "../../support/apns.ts";
import { event } from "../../support/events.ts";
import {
  appleConfig,
  deviceToken,
  hurry,
  paced,
  readableLog,
  settled,
  TOPICS,
} from "../../support/push.ts";
import { testServer, type TestServer } from "../../support/server.ts";
import { SyncClient } from "../../support/sync-client.ts";

const HOME = "/dav/calendars/alice/";
const CALENDAR = `${HOME}calendar/`;
const BOOKS = "/dav/addressbooks/alice/";
const WINDOW = 1;

/** The whole way: a server that advertises Apple push, the sender, and a stand-in for APNs. */
async function pushing(t: ExecutionContext) {
  const apns = await ApnsStandIn.start(t);
  const apple = await appleConfig(t, apns);
  const environment = {
    PUSHDAV_PUSH_WINDOW: String(WINDOW),
    PUSHDAV_APPLE_HOST: apple.host,
    PUSHDAV_APPLE_PORT: String(apple.port),
    PUSHDAV_APPLE_CA: apple.ca ?? "",
    PUSHDAV_APPLE_CALENDAR_CERTIFICATE: apple.calendar?.certificate ?? "",
    PUSHDAV_APPLE_CALENDAR_KEY: apple.calendar?.key ?? "",
    PUSHDAV_APPLE_CONTACTS_CERTIFICATE: apple.contacts?.certificate ?? "",
    PUSHDAV_APPLE_CONTACTS_KEY: apple.contacts?.key ?? "",
  };
  const server = await testServer(t, { users: ["alice", "bob"], environment });
  const { log } = readableLog();
  const engine = await startPush({ pool: server.pool, config: server.config.push, log });
  t.teardown(() => engine.stop());
  // Making the accounts was a change.
  await settled(server.pool);
  return { server, apns };
}

const PROPERTIES = `<propfind xmlns="DAV:" xmlns:S="http://calendarserver.org/ns/"><prop><S:push-transports/><S:pushkey/><sync-token/></prop></propfind>`;

/** The properties found on a resource, by name. */
async function found(server: TestServer, target: string): Promise<Map<string, Element>> {
  const answer = await server.send({
    method: "PROPFIND",
    target,
    user: "alice",
    headers: { depth: "0" },
    body: PROPERTIES,
  });
  const response = child(parseXml(Buffer.from(answer.body)), dav("response"));
  const ok = elements(response ?? parseXml(Buffer.from("<x/>"))).filter(
    (propstat) => text(child(propstat, dav("status")) ?? propstat) === "HTTP/1.1 200 OK",
  );
  const props = ok.flatMap((propstat) => elements(child(propstat, dav("prop")) ?? propstat));
  return new Map(props.map((property) => [property.name, property]));
}

const keyOf = async (server: TestServer, target: string) =>
  text((await found(server, target)).get(cs("pushkey")) ?? parseXml(Buffer.from("<x/>")));

/** Subscribes as a phone does: POST with the parameters in the URL and no body. */
async function subscribe(server: TestServer, target: string, token = deviceToken()) {
  const key = await keyOf(server, target);
  const query = `/push/apple?token=${token}&key=${key}`;
  const answer = await server.send({
    method: "POST",
    target: query,
    user: "alice",
    headers: {},
    body: "",
  });
  return { token, key, status: answer.status };
}

const put = (server: TestServer, name: string, summary = "Test", headers = {}) =>
  server.send({
    method: "PUT",
    target: `${CALENDAR}${name}.ics`,
    user: "alice",
    headers: { "content-type": "text/calendar", ...headers },
    body: event(name, summary),
  });

test("T1, T2: each home advertises its transport and key", async (t) => {
  const { server } = await pushing(t);
  for (const [target, topic] of [
    [HOME, TOPICS.calendars],
    [BOOKS, TOPICS.addressbooks],
  ] as const) {
    const properties = await found(server, target);
    const transports = elements(properties.get(cs("push-transports")) ?? t.fail());
    t.is(transports.length, 1);
    const [transport] = transports;
    if (transport === undefined) return t.fail();
    t.is(transport.attributes["{}type"], "APSD");
    const [url, bundle, environment, interval] = elements(transport);
    t.deepEqual(
      elements(transport).map(({ name }) => name),
      [cs("subscription-url"), cs("apsbundleid"), cs("env"), cs("refresh-interval")],
    );
    t.is(url && text(child(url, dav("href")) ?? url), `${server.origin}/push/apple`);
    t.is(bundle && text(bundle), topic);
    t.is(environment && text(environment), "PRODUCTION");
    t.is(interval && text(interval), "172800");
    t.regex(await keyOf(server, target), /^[A-Za-z0-9._~-]{16,64}$/);
  }
  t.not(await keyOf(server, HOME), await keyOf(server, BOOKS));
});

test("T3, T4: own collections repeat the home's key and carry no transport; nothing else has either", async (t) => {
  const { server } = await pushing(t);
  const collection = await found(server, CALENDAR);
  t.false(collection.has(cs("push-transports")));
  t.is(await keyOf(server, CALENDAR), await keyOf(server, HOME));
  for (const target of ["/dav/", "/dav/principals/alice/", "/dav/calendars/"]) {
    const properties = await found(server, target);
    t.false(properties.has(cs("push-transports")) || properties.has(cs("pushkey")));
  }
  const allprop = await server.send({
    method: "PROPFIND",
    target: HOME,
    user: "alice",
    headers: { depth: "0" },
    body: "",
  });
  t.notRegex(allprop.body, /push/);
  const patch = await server.send({
    method: "PROPPATCH",
    target: HOME,
    user: "alice",
    headers: {},
    body: `<propertyupdate xmlns="DAV:"><set><prop><pushkey xmlns="http://calendarserver.org/ns/">x</pushkey></prop></set></propertyupdate>`,
  });
  t.regex(patch.body, /cannot-modify-protected-property/);
});

test("T5: without a credential nothing is advertised, the endpoint is not there, and writes work", async (t) => {
  const server = await testServer(t);
  const properties = await found(server, HOME);
  t.false(properties.has(cs("push-transports")) || properties.has(cs("pushkey")));
  const target = `/push/apple?token=${deviceToken()}&key=abc`;
  const answer = await server.send({
    method: "POST",
    target,
    user: "alice",
    headers: {},
    body: "",
  });
  t.is(answer.status, 404);
  t.is((await put(server, "a")).status, 201);
});

test("T11, T16: a change is pushed once, and can then be seen", async (t) => {
  const { server, apns } = await pushing(t);
  const phone = await subscribe(server, HOME);
  t.is(phone.status, 200);
  const client = new SyncClient(server.send, CALENDAR);
  await client.catchUp();
  await put(server, "a");
  t.is((await put(server, "b", "x", { "if-match": '"none"' })).status, 412);
  await apns.until(1);
  await client.catchUp();
  t.is(client.members.size, 1);
  const [push] = apns.received;
  t.is(push?.token, phone.token);
  t.is(push?.headers["apns-topic"], TOPICS.calendars);
  t.is(push?.uid, TOPICS.calendars);
  t.deepEqual(Object.keys(push?.payload ?? {}).sort(), [
    "dataChangedTimestamp",
    "key",
    "pushRequestSubmittedTimestamp",
  ]);
  t.is(push?.payload["key"], phone.key);
  await settled(server.pool);
  t.is(apns.received.length, 1);
});

test("T13: every kind of change is pushed", async (t) => {
  const { server, apns } = await pushing(t);
  await put(server, "a");
  await settled(server.pool);
  await subscribe(server, HOME);
  const rename = `<propertyupdate xmlns="DAV:"><set><prop><displayname>New</displayname></prop></set></propertyupdate>`;
  const changes = [
    { method: "MOVE", target: `${CALENDAR}a.ics`, headers: { destination: `${CALENDAR}b.ics` } },
    { method: "DELETE", target: `${CALENDAR}b.ics`, headers: {} },
    { method: "MKCALENDAR", target: `${HOME}new/`, headers: {} },
    { method: "PROPPATCH", target: `${HOME}new/`, headers: {}, body: rename },
    { method: "DELETE", target: `${HOME}new/`, headers: {} },
  ];
  for (const [index, change] of changes.entries()) {
    const answer = await server.send({ user: "alice", body: "", ...change });
    t.true(answer.status < 300, `${change.method} ${answer.status}`);
    await hurry(server.pool);
    await apns.until(index + 1);
  }
  await settled(server.pool);
  t.is(apns.received.length, changes.length);
});

test("T15: a burst becomes a few pushes, the last of them after the last change", async (t) => {
  const { server, apns } = await pushing(t);
  await subscribe(server, HOME);
  const began = Date.now();
  let last = 0;
  for (let n = 0; n < 50; n++) {
    last = Date.now();
    await put(server, "a", `version ${n}`);
  }
  await settled(server.pool);
  const times = apns.received.map(({ at }) => at);
  t.true((times.at(-1) ?? 0) >= last);
  t.true(paced(times, began, WINDOW), `${times.length} pushes`);
});

test("T12: a change of contacts goes out on the contacts topic alone, even to the same device", async (t) => {
  const { server, apns } = await pushing(t);
  const token = deviceToken();
  await subscribe(server, HOME, token);
  const book = await subscribe(server, BOOKS, token);
  const body = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:ann\r\nFN:Ann\r\nN:;Ann;;;\r\nEND:VCARD\r\n";
  await server.send({
    method: "PUT",
    target: `${BOOKS}addressbook/ann.vcf`,
    user: "alice",
    headers: { "content-type": "text/vcard" },
    body,
  });
  await settled(server.pool);
  t.deepEqual(
    apns.received.map(({ uid, payload }) => [uid, payload["key"]]),
    [[TOPICS.addressbooks, book.key]],
  );
});

test("T23: when what is advertised changed, the home reports itself to whoever syncs by token", async (t) => {
  const { server } = await pushing(t);
  const token = text((await found(server, HOME)).get(dav("sync-token")) ?? t.fail());
  const sync = (given: string) =>
    server.send({
      method: "REPORT",
      target: HOME,
      user: "alice",
      headers: {},
      body: `<sync-collection xmlns="DAV:"><sync-token>${given}</sync-token><sync-level>1</sync-level><prop><push-transports xmlns="http://calendarserver.org/ns/"/></prop></sync-collection>`,
    });
  t.notRegex((await sync(token)).body, /<d:response>/);
  const older = await sync(token.replace(/;[0-9a-f]+:/, ";00000000:"));
  t.regex(older.body, /<d:href>\/dav\/calendars\/alice\/<\/d:href>/);
  t.regex(older.body, /apsbundleid/);
  t.regex(older.body, new RegExp(token));
});
