import test, { type ExecutionContext } from "ava";
import { fanOut } from "../../../../../server/push/fanout.ts";
import { listSubscriptions } from "../../../../../server/push/listing.ts";
import { Authority } from "../../../../support/certificates.ts";
import { event } from "../../../../support/events.ts";
import { appleConfig, count, deviceToken } from "../../../../support/push.ts";
import { testServer } from "../../../../support/server.ts";

const HOME = "/dav/calendars/alice/";
const CALENDAR = `${HOME}calendar/`;
const TASKS = `${HOME}tasks/`;
const BOOK = "/dav/addressbooks/alice/addressbook/";

const ICS = { "content-type": "text/calendar" };
const CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:ann\r\nFN:Ann\r\nN:;Ann;;;\r\nEND:VCARD\r\n";
const KEY = `<propfind xmlns="DAV:" xmlns:S="http://calendarserver.org/ns/"><prop><S:pushkey/></prop></propfind>`;
const TRANSPORTS = `<propfind xmlns="DAV:" xmlns:S="http://calendarserver.org/ns/"><prop><S:push-transports/></prop></propfind>`;
const NAMED = `<propertyupdate xmlns="DAV:"><set><prop><displayname>Work</displayname></prop></set></propertyupdate>`;

const ace = (user: string) =>
  `<ace><principal><href>/dav/principals/${user}/</href></principal><grant><privilege><read/></privilege></grant></ace>`;
const acl = (...users: string[]) => `<acl xmlns="DAV:">${users.map(ace).join("")}</acl>`;

interface Change {
  /** Null sends no credentials; alice when absent. */
  readonly user?: string | null;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** A server that offers Apple push; what would be sent is read from the deliveries, so no time passes. */
async function prepare(t: ExecutionContext) {
  const apple = await appleConfig(t, { authority: new Authority("push CA"), port: 1 });
  const environment = {
    PUSHDAV_APPLE_CALENDAR_CERTIFICATE: apple.calendar?.certificate ?? "",
    PUSHDAV_APPLE_CALENDAR_KEY: apple.calendar?.key ?? "",
    PUSHDAV_APPLE_CONTACTS_CERTIFICATE: apple.contacts?.certificate ?? "",
    PUSHDAV_APPLE_CONTACTS_KEY: apple.contacts?.key ?? "",
  };
  const users = ["alice", "bob", "carol", "dave"];
  const { pool, send } = await testServer(t, { users, environment });
  const devices = new Map<string, string>();
  const ask = (
    method: string,
    target: string,
    { user = "alice", headers = {}, body = "" }: Change,
  ) => send({ method, target, user, headers, body });

  async function key(user: string, target: string): Promise<string | undefined> {
    const headers = { depth: "0" };
    const { body } = await ask("PROPFIND", target, { user, headers, body: KEY });
    return /pushkey[^>]*>([^<]+)</.exec(body)?.[1];
  }

  async function told(): Promise<string[]> {
    await fanOut(pool, { apple: { quiet: 0, window: 1 } }, new Date());
    const { rows } = await pool.query<{ endpoint: string }>(
      "select endpoint from push_delivery join push_subscription on id = subscription_id",
    );
    await pool.query("delete from push_delivery");
    return rows.map(({ endpoint }) => devices.get(endpoint) ?? endpoint).sort();
  }

  return {
    pool,
    ask,
    key,
    /** Devices that the changes so far would be told. */
    told,
    /** Makes a change that must succeed. */
    change: async (method: string, target: string, change: Change = {}) => {
      const { status, body } = await ask(method, target, change);
      t.true(status < 300, `${method} ${target}: ${status} ${body}`);
    },
    /** Subscribes a device as an account to a key; gives the status. */
    subscribe: async (user: string, pushKey: string | undefined, device: string) => {
      const token = [...devices].find(([, name]) => name === device)?.[0] ?? deviceToken();
      devices.set(token, device);
      const target = `/push/apple?token=${token}&key=${pushKey}`;
      return (await ask("POST", target, { user })).status;
    },
    token: (device: string) => [...devices].find(([, name]) => name === device)?.[0] ?? "",
  };
}

test("T4: own collections repeat the home's key, granted ones have another, the same for all who were granted it", async (t) => {
  const { ask, key, change } = await prepare(t);
  const home = await key("alice", HOME);
  await change("ACL", CALENDAR, { body: acl("bob", "carol") });
  await change("ACL", BOOK, { body: acl("bob") });
  const shared = await key("bob", CALENDAR);
  t.regex(shared ?? "", /^[A-Za-z0-9._~-]{16,64}$/);
  t.deepEqual([await key("alice", CALENDAR), await key("alice", TASKS)], [home, home]);
  t.is(await key("carol", CALENDAR), shared);
  t.false([home, await key("bob", BOOK)].includes(shared));
  t.is(await key("bob", HOME), undefined);
  await change("COPY", CALENDAR, { headers: { destination: `${HOME}copy/` } });
  await change("ACL", `${HOME}copy/`, { body: acl("bob") });
  t.not(await key("bob", `${HOME}copy/`), shared);
  await change("MOVE", CALENDAR, { headers: { destination: `${HOME}moved/` } });
  t.is(await key("bob", `${HOME}moved/`), shared);
  await change("DELETE", `${HOME}moved/`);
  await change("MKCALENDAR", `${HOME}moved/`);
  await change("ACL", `${HOME}moved/`, { body: acl("bob") });
  const again = await key("bob", `${HOME}moved/`);
  t.truthy(again);
  t.not(again, shared);
  for (const [user, target] of [
    ["alice", `${HOME}moved/`],
    ["bob", `${HOME}moved/`],
    ["alice", "/dav/principals/alice/"],
    ["alice", "/dav/calendars/"],
  ] as const) {
    const headers = { depth: "0" };
    const { body } = await ask("PROPFIND", target, { user, headers, body: TRANSPORTS });
    t.notRegex(body, /apsbundleid/, `${target} as ${user}`);
  }
});

test("T8, T9, T10: a key serves whoever may read what it names; a device belongs to whoever subscribed it last", async (t) => {
  const { pool, ask, key, change, subscribe, told, token } = await prepare(t);
  await change("ACL", CALENDAR, { body: acl("bob", "dave") });
  const [home, shared] = [await key("alice", HOME), await key("bob", CALENDAR)];
  t.is(await subscribe("bob", shared, "phone"), 200);
  t.is(await subscribe("dave", home, "pad"), 200);
  for (const pushKey of [home, shared, "0f1e2d3c-0000-4000-8000-5566778899aa", "unknown"])
    t.is(await subscribe("carol", pushKey, "other"), 400);
  const answers = [home, shared, "unknown"].map((pushKey) =>
    ask("POST", `/push/apple?token=${token("other")}&key=${pushKey}`, { user: "carol" }),
  );
  t.is(new Set((await Promise.all(answers)).map(({ body }) => body)).size, 1);
  const target = `/push/apple?token=${token("phone")}&key=${shared}`;
  const anonymous = await ask("POST", target, { user: null });
  t.is(anonymous.status, 401);
  t.regex(anonymous.headers.get("www-authenticate") ?? "", /^Basic /);
  t.is(await subscribe("dave", shared, "phone"), 200);
  t.deepEqual(
    (await listSubscriptions(pool, null)).map(({ principal }) => principal),
    ["dave", "dave"],
  );
  await told();
  await change("PUT", `${CALENDAR}a.ics`, { headers: ICS, body: event("a") });
  t.deepEqual(await told(), ["pad", "phone"]);
});

test("T14, T24: a change of a granted calendar is told to the owner's and the grantee's devices, of another to the owner's", async (t) => {
  const { pool, key, change, subscribe, told } = await prepare(t);
  await change("ACL", CALENDAR, { body: acl("bob") });
  await subscribe("alice", await key("alice", HOME), "alice's");
  await subscribe("bob", await key("bob", CALENDAR), "bob's");
  await subscribe("bob", await key("bob", "/dav/calendars/bob/"), "bob's");
  await told();
  await change("PUT", `${CALENDAR}a.ics`, { headers: ICS, body: event("a") });
  t.deepEqual(await told(), ["alice's", "bob's"]);
  await change("PUT", `${TASKS}a.ics`, {
    headers: ICS,
    body: event("a").replaceAll("VEVENT", "VTODO"),
  });
  t.deepEqual(await told(), ["alice's"]);
  await change("ACL", CALENDAR, { body: acl() });
  await told();
  await change("PUT", `${CALENDAR}b.ics`, { headers: ICS, body: event("b") });
  t.deepEqual(await told(), ["alice's"]);
  await change("ACL", CALENDAR, { body: acl("bob") });
  await told();
  await change("DELETE", CALENDAR);
  t.deepEqual(await told(), ["alice's", "bob's"]);
  t.is(await count(pool, "push_subscription"), 3);
});

test("T13: every kind of change of a home and of what is in it is told, and what changes nothing is not", async (t) => {
  const { ask, key, change, subscribe, told } = await prepare(t);
  await subscribe("alice", await key("alice", HOME), "phone");
  const body = event("a");
  const file = event("c").replace("END:VCALENDAR", "");
  const changes: [method: string, target: string, change?: Change][] = [
    ["PUT", `${CALENDAR}a.ics`, { headers: ICS, body }],
    ["PUT", `${CALENDAR}a.ics`, { headers: ICS, body: event("a", "changed") }],
    ["COPY", `${CALENDAR}a.ics`, { headers: { destination: `${HOME}other/a.ics` } }],
    ["MOVE", `${CALENDAR}a.ics`, { headers: { destination: `${CALENDAR}b.ics` } }],
    ["PROPPATCH", `${CALENDAR}b.ics`, { body: NAMED.replaceAll("displayname", "x") }],
    ["DELETE", `${CALENDAR}b.ics`],
    ["POST", CALENDAR, { headers: ICS, body: `${file}END:VCALENDAR\r\n` }],
    ["PROPPATCH", CALENDAR, { body: NAMED }],
    ["PROPPATCH", HOME, { body: NAMED }],
    ["ACL", CALENDAR, { body: acl("bob") }],
    ["MKCOL", `${HOME}made/`, { body: mkcol("calendar") }],
    ["COPY", `${HOME}made/`, { headers: { destination: `${HOME}copied/` } }],
    ["MOVE", `${HOME}copied/`, { headers: { destination: `${HOME}moved/` } }],
    ["DELETE", `${HOME}moved/`],
  ];
  await change("MKCALENDAR", `${HOME}other/`);
  t.deepEqual(await told(), ["phone"], "MKCALENDAR");
  for (const [method, target, what] of changes) {
    await change(method, target, what);
    t.deepEqual(await told(), ["phone"], `${method} ${target}`);
  }
  const lock = `<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>`;
  for (const [method, target, what] of [
    ["PUT", `${HOME}other/a.ics`, { headers: ICS, body: event("a", "changed") }],
    ["PUT", `${CALENDAR}d.ics`, { headers: ICS, body: "not a calendar" }],
    ["PUT", `${CALENDAR}d.ics`, { headers: { ...ICS, "if-match": '"none"' }, body }],
    ["PUT", `${CALENDAR}d.ics`, { user: "bob", headers: ICS, body }],
    ["DELETE", `${CALENDAR}none.ics`, {}],
    ["REPORT", CALENDAR, { body: `<sync-collection xmlns="DAV:"/>` }],
    ["LOCK", `${CALENDAR}l.ics`, { body: lock }],
    ["PUT", BOOK, { headers: { "content-type": "text/vcard" }, body: CARD }],
    ["PUT", `${BOOK}ann.vcf`, { headers: { "content-type": "text/vcard" }, body: CARD }],
  ] as const) {
    await ask(method, target, what);
    t.deepEqual(await told(), [], `${method} ${target}`);
  }
});

const mkcol = (kind: string) =>
  `<mkcol xmlns="DAV:"><set><prop><resourcetype><collection/><${kind} xmlns="urn:ietf:params:xml:ns:caldav"/></resourcetype></prop></set></mkcol>`;

test("X1: the device that names itself in a change is not told of it, save with others' changes or when the server stored something else", async (t) => {
  const { key, change, subscribe, told, token } = await prepare(t);
  const home = await key("alice", HOME);
  await subscribe("alice", home, "phone");
  await subscribe("alice", home, "pad");
  await change("ACL", CALENDAR, { body: acl("bob") });
  await subscribe("bob", await key("bob", CALENDAR), "bob's");
  await told();
  const by = (device: string) => ({ "x-apple-dav-pushtoken": token(device).toUpperCase() });
  const put = (name: string, headers: Record<string, string>, body = event(name)) =>
    change("PUT", `${CALENDAR}${name}.ics`, { headers: { ...ICS, ...headers }, body });
  await put("a", by("phone"));
  t.deepEqual(await told(), ["bob's", "pad"]);
  await put("b", by("phone"));
  await put("c", by("pad"));
  t.deepEqual(await told(), ["bob's", "pad", "phone"], "changes by both");
  await put("d", by("bob's"));
  t.deepEqual(await told(), ["bob's", "pad", "phone"], "another's device");
  await put("e", by("phone"), event("e").replaceAll("\r\n", "\n"));
  t.deepEqual(await told(), ["bob's", "pad"], "stored as sent");
  await put("f", { ...by("phone"), "content-type": "application/calendar+json" }, JCAL);
  t.deepEqual(await told(), ["bob's", "pad", "phone"], "stored in another form");
  await change("DELETE", `${CALENDAR}a.ics`, { headers: by("phone") });
  t.deepEqual(await told(), ["bob's", "pad"]);
});

const JCAL = JSON.stringify([
  "vcalendar",
  [
    ["version", {}, "text", "2.0"],
    ["prodid", {}, "text", "-//test//"],
  ],
  [
    [
      "vevent",
      [
        ["uid", {}, "text", "f"],
        ["dtstamp", {}, "date-time", "2026-01-01T00:00:00Z"],
        ["dtstart", {}, "date-time", "2026-01-01T10:00:00Z"],
      ],
      [],
    ],
  ],
]);
