import test, { type ExecutionContext } from "ava";
import type { Pool } from "pg";
import { Webhook as Verifier } from "standardwebhooks";
import { claim } from "../../../../../server/push/deliveries.ts";
import type { Egress } from "../../../../../server/push/egress/index.ts";
import { fanOut } from "../../../../../server/push/fanout.ts";
import { WEBHOOK, type Delivery } from "../../../../../server/push/transport.ts";
import { webhookTransport } from "../../../../../server/push/transports/webhook/index.ts";
import { event } from "../../../../support/events.ts";
import { count, eventually } from "../../../../support/push.ts";
import type { Receiver } from "../../../../support/push-service.ts";
import { preparePushed, type Pushed } from "../../../../support/web-push-client.ts";

const CALENDAR = "/dav/calendars/alice/calendar/";
const TASKS = "/dav/calendars/alice/tasks/";
const BOOK = "/dav/addressbooks/alice/addressbook/";

type Wish = Readonly<Record<string, unknown>>;
type Parsed = ReturnType<typeof JSON.parse>;

interface Hooked extends Pushed {
  readonly receiver: Receiver;
  /** What was told so far. */
  readonly told: () => Parsed[];
  readonly add: (wish?: Wish, user?: string) => Promise<{ id: string; secret: string }>;
}

/** A pool that does something else after the first statement of a name. */
function interrupted(pool: Pool, name: string, work: () => Promise<void>): Pool {
  let left: (() => Promise<void>) | null = work;
  const interrupt = async (statement: unknown) => {
    const meanwhile = (statement as { name?: string }).name === name ? left : null;
    if (!meanwhile) return;
    left = null;
    await meanwhile();
  };
  const connect = async () => {
    const client = await pool.connect();
    return {
      release: (error?: Error) => client.release(error),
      async query(statement: string, values?: unknown[]) {
        const result = await client.query(statement, values);
        await interrupt(statement);
        return result;
      },
    };
  };
  return { connect } as unknown as Pool;
}

/** @param wish of a first webhook; null for none, and nothing is announced until it is started */
async function prepare(
  t: ExecutionContext,
  wish: Wish | null = {},
  clock?: () => Date,
): Promise<Hooked> {
  const pushed = await preparePushed(t, clock);
  const receiver = pushed.service.receiver();
  const add = async (more: Wish = {}, user = "alice") => {
    const body = { url: receiver.url, ...more };
    const { status, body: answer } = await request(pushed, "POST", "", body, user);
    if (status !== 201) throw new Error(`${status} ${answer.error}`);
    return answer;
  };
  if (wish) {
    await add(wish);
    await pushed.start();
  }
  const told = () => pushed.service.at(receiver).map(({ body }) => JSON.parse(body.toString()));
  return { ...pushed, receiver, add, told };
}

async function request(
  { send }: Pick<Pushed, "send">,
  method: string,
  below: string,
  body?: unknown,
  user = "alice",
) {
  const headers = { "content-type": "application/json" };
  const text = body === undefined ? "" : JSON.stringify(body);
  const target = `/push/webhooks${below}`;
  const answer = await send({ method, target, user, headers, body: text });
  const parsed: Parsed = answer.body.startsWith("{") ? JSON.parse(answer.body) : answer.body;
  return { status: answer.status, headers: answer.headers, body: parsed };
}

const grant = (user: string) =>
  `<acl xmlns="DAV:"><ace><principal><href>/dav/principals/${user}/</href></principal><grant><privilege><all/></privilege></grant></ace></acl>`;

const card = (uid: string, name: string, categories: string) =>
  `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${uid}\r\nFN:${name}\r\nN:;${name};;;\r\nCATEGORIES:${categories}\r\nEND:VCARD\r\n`;

const calendar = (uid: string, lines: string, component = "VEVENT") =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//test//EN\r\nBEGIN:${component}\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\n${lines}\r\nEND:${component}\r\nEND:VCALENDAR\r\n`;

const inHours = (hours: number) =>
  new Date(Date.now() + hours * 3_600_000).toISOString().replace(/[-:]|\.\d+/g, "");

test("a receiver is told which collection changed, and no more, signed", async (t) => {
  const { change, service, told, add, property, start } = await prepare(t, null);
  const { secret } = await add();
  await start();
  await change("PUT", `${CALENDAR}a.ics`, event("a", "Secret"));
  await service.until(1);
  const [received] = service.received;
  const body = received?.body.toString() ?? "";
  t.notThrows(() => new Verifier(secret).verify(body, received?.headers as Record<string, string>));
  t.is(received?.headers["content-type"], "application/json");
  t.false(body.includes("Secret"));
  t.like(told()[0], { type: "pushdav.changed", data: { account: "alice" } });
  t.deepEqual(told()[0].data.collections, [
    {
      href: CALENDAR,
      title: await property("alice", CALENDAR, "displayname"),
      removed: false,
      syncToken: await property("alice", CALENDAR, "sync-token"),
    },
  ]);
});

test("with content it tells the objects: what is new, what changed and what went", async (t) => {
  const { change, service, told } = await prepare(t, { content: true });
  const lines =
    "DTSTART;TZID=Europe/Berlin:20270301T100000\r\nSUMMARY:Dentist\r\nLOCATION:Main Street 1";
  await change("PUT", `${CALENDAR}a.ics`, calendar("a", lines));
  await service.until(1);
  await change("PUT", `${CALENDAR}a.ics`, calendar("a", lines.replace("Dentist", "Doctor")));
  await service.until(2);
  await change("DELETE", `${CALENDAR}a.ics`);
  await service.until(3);
  const objects = told().map(({ data }) => data.collections[0].objects);
  const item = {
    href: `${CALENDAR}a.ics`,
    component: "VEVENT",
    start: "2027-03-01T10:00:00",
    timezone: "Europe/Berlin",
    location: "Main Street 1",
  };
  const none = { created: 0, modified: 0, deleted: 0 };
  t.deepEqual(objects, [
    { ...none, created: 1, items: [{ ...item, change: "created", title: "Dentist" }] },
    { ...none, modified: 1, items: [{ ...item, change: "modified", title: "Doctor" }] },
    {
      ...none,
      deleted: 1,
      items: [{ href: item.href, component: "VEVENT", change: "deleted" }],
    },
  ]);
});

test("an imported file and a copied calendar are told as what is new in them", async (t) => {
  const { change, service, told, send } = await prepare(t, { content: true });
  const events = ["a", "b", "c"].map((uid) => event(uid).split("\r\n").slice(3, -2).join("\r\n"));
  const body = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n${events.join("\r\n")}\r\nEND:VCALENDAR\r\n`;
  const headers = { "content-type": "text/calendar" };
  await send({ method: "POST", target: CALENDAR, user: "alice", headers, body });
  await service.until(1);
  await change("COPY", CALENDAR, "", { destination: "/dav/calendars/alice/copy/" });
  await service.until(2);
  t.deepEqual(
    told().map(({ data }) => [data.collections[0].href, data.collections[0].objects.created]),
    [
      [CALENDAR, 3],
      ["/dav/calendars/alice/copy/", 3],
    ],
  );
});

test("what came and went unseen is not told, but the end of what it has the name of is", async (t) => {
  const { change, settled, told, add, start } = await prepare(t, null);
  await change("PUT", `${CALENDAR}known.ics`, event("known"));
  await add({ content: true });
  await change("DELETE", `${CALENDAR}known.ics`);
  await change("PUT", `${CALENDAR}known.ics`, event("another"));
  await change("DELETE", `${CALENDAR}known.ics`);
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  await change("DELETE", `${CALENDAR}a.ics`);
  await change("PUT", `${CALENDAR}b.ics`, event("b"));
  await start("beginning");
  await settled();
  const [{ data }, ...more] = told();
  t.is(more.length, 0);
  t.like(data.collections[0].objects, { created: 1, modified: 0, deleted: 1 });
  t.is(data.collections[0].objects.items[0].href, `${CALENDAR}known.ics`);
});

/** A webhook whose deliveries are claimed and sent by hand, with a lease that ends at once. */
async function byHand({ pool }: Pushed, reading: Pool = pool) {
  const posted: Parsed[] = [];
  const post: Egress["post"] = async ({ body }) => {
    posted.push(JSON.parse(Buffer.from(body).toString()).data.collections[0].objects);
    return { kind: "answered", status: 200, retryAfter: null };
  };
  const pace = { quiet: 0, window: 0 };
  const clock = () => new Date();
  const egress = { post };
  const transport = webhookTransport({ pool: reading, pace, egress, publicUrl: null, clock });
  await fanOut(pool, { [WEBHOOK]: pace }, new Date());
  const claimed = async () => {
    const [delivery] = await claim(pool, transport, { free: 1, origins: new Map() }, 0);
    if (!delivery) throw new Error("nothing to deliver");
    return delivery;
  };
  return { posted, claimed, send: (delivery: Delivery) => transport.send(delivery) };
}

test("what happens while a message is made is left to the next, and told as what it is then", async (t) => {
  const hooked = await prepare(t, null);
  const { change, add, pool } = hooked;
  await add({ content: true });
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  const meanwhile = () => change("DELETE", `${CALENDAR}a.ics`);
  const { posted, claimed, send } = await byHand(
    hooked,
    interrupted(pool, "webhook-homes", meanwhile),
  );
  const delivery = await claimed();
  const outcome = await send(delivery);
  const told = outcome.kind === "delivered" ? outcome.told : undefined;
  await send({ ...delivery, told: told ?? {} });
  t.like(posted[0], { created: 1, deleted: 0 });
  t.like(posted[1], { created: 0, deleted: 1 });
});

test("what a process told before it was killed is taken back when it is gone by the next attempt", async (t) => {
  const hooked = await prepare(t, null);
  const { change, add } = hooked;
  await add({ content: true });
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  const { posted, claimed, send } = await byHand(hooked);
  const first = await claimed();
  await send(first);
  await change("DELETE", `${CALENDAR}a.ics`);
  const again = await claimed();
  await send(again);
  t.false(first.tried);
  t.true(again.tried);
  t.like(posted[0], { created: 1, deleted: 0 });
  t.like(posted[1], { created: 0, deleted: 1 });
});

for (const [what, filter, passing, others] of [
  [
    "kinds of change",
    { changes: ["deleted"] },
    ["DELETE", `${CALENDAR}old.ics`],
    [["PUT", `${CALENDAR}new.ics`, event("new")]],
  ],
  [
    "components",
    { components: ["VTODO"] },
    ["PUT", `${TASKS}a.ics`, calendar("t", "SUMMARY:Task", "VTODO")],
    [
      ["PUT", `${CALENDAR}a.ics`, event("a")],
      ["DELETE", `${CALENDAR}old.ics`],
    ],
  ],
  [
    "categories",
    { categories: ["work", "family"] },
    ["PUT", `${CALENDAR}a.ics`, calendar("a", "DTSTART:20270101T100000Z\r\nCATEGORIES:Fun,Family")],
    [
      ["PUT", `${CALENDAR}b.ics`, calendar("b", "DTSTART:20270101T100000Z\r\nCATEGORIES:Fun")],
      ["PUT", `${BOOK}a.vcf`, card("a", "Ann", "Friends")],
      ["DELETE", `${CALENDAR}old.ics`],
    ],
  ],
  [
    "text in the title of cards",
    { text: "münch" },
    ["PUT", `${BOOK}b.vcf`, card("b", "Karl MÜNCHHAUSEN", "")],
    [["PUT", `${BOOK}a.vcf`, card("a", "Ann", "")]],
  ],
  [
    "text in the title",
    { text: "DENTIST" },
    ["PUT", `${CALENDAR}a.ics`, event("a", "At the dentist's")],
    [["PUT", `${CALENDAR}b.ics`, event("b", "Lunch")]],
  ],
  [
    "the next hours",
    { withinHours: 48 },
    ["PUT", `${CALENDAR}a.ics`, calendar("a", `DTSTART:${inHours(-1000)}\r\nRRULE:FREQ=DAILY`)],
    [
      ["PUT", `${CALENDAR}b.ics`, calendar("b", `DTSTART:${inHours(60)}`)],
      ["PUT", `${CALENDAR}c.ics`, calendar("c", `DTSTART:${inHours(-60)}`)],
      ["PUT", `${BOOK}a.vcf`, card("a", "Ann", "")],
    ],
  ],
  [
    "collections",
    { changes: ["collection"] },
    ["MKCALENDAR", "/dav/calendars/alice/more/"],
    [["PUT", `${CALENDAR}a.ics`, event("a")]],
  ],
] as [string, Wish, string[], string[][]][]) {
  test(`a filter by ${what} lets nothing else through`, async (t) => {
    const { change, service, add, start, settled } = await prepare(t, null);
    await change("PUT", `${CALENDAR}old.ics`, event("old"));
    await add({ filter });
    await start();
    const typed = (target: string) => ({
      "content-type": target.endsWith(".vcf") ? "text/vcard" : "text/calendar",
    });
    for (const [method = "", target = "", body] of others) {
      await change(method, target, body, method === "PUT" ? typed(target) : {});
    }
    await settled();
    t.is(service.received.length, 0);
    const [method = "", target = "", body] = passing;
    await change(method, target, body, method === "PUT" ? typed(target) : {});
    await service.until(1);
    t.pass();
  });
}

test("only changes by others, when that is wanted, even when both came at once", async (t) => {
  const { change, service, told, add, start, settled } = await prepare(t, null);
  await change("ACL", CALENDAR, grant("bob"));
  await add({ content: true, filter: { others: true } });
  await change("PUT", `${CALENDAR}a.ics`, event("a", "Mine"));
  await change("PUT", `${CALENDAR}b.ics`, event("b", "Theirs"), {}, "bob");
  await start("beginning");
  await settled();
  await change("PUT", `${CALENDAR}c.ics`, event("c", "Mine too"));
  await settled();
  t.is(service.received.length, 1);
  const [{ data }] = told();
  t.deepEqual(
    data.collections[0].objects.items.map(({ title }: Parsed) => title),
    ["Theirs"],
  );
});

test("chosen collections only, and that one of them is removed, also to others who may read the home", async (t) => {
  const { change, service, told, add, settled, start } = await prepare(t, null);
  await change("ACL", "/dav/calendars/alice/", grant("bob"));
  await add({ collections: [TASKS] });
  await add({ collections: [TASKS, BOOK] });
  await start();
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  await settled();
  t.is(service.received.length, 0);
  await add({ collections: [CALENDAR, TASKS] }, "bob");
  await change("DELETE", TASKS);
  await change("MKCALENDAR", TASKS);
  await settled();
  t.is(service.received.length, 3);
  const seen = told().map(({ data }) => data.collections);
  for (const [one, ...others] of seen) {
    t.like(one, { href: TASKS, removed: true, syncToken: null });
    t.is(others.length, 0);
  }
});

test("a collection that was shared is told of as long as it is", async (t) => {
  const { change, service, add, start, settled } = await prepare(t, null);
  await start();
  await t.throwsAsync(add({ collections: [CALENDAR] }, "bob"), { message: /that you may read/ });
  await change("ACL", CALENDAR, grant("bob"));
  await add({ collections: [CALENDAR] }, "bob");
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  await settled();
  t.is(service.received.length, 1);
  await change("ACL", CALENDAR, `<acl xmlns="DAV:"/>`);
  await change("PUT", `${CALENDAR}b.ics`, event("b"));
  await settled();
  t.is(service.received.length, 1);
});

test("a receiver that fails is told later what it missed, under the same id; 410 ends the webhook", async (t) => {
  const { change, service, told, receiver, pool, settled } = await prepare(t, { content: true });
  const failing = { status: 500, headers: { "retry-after": "1" } };
  service.scripts.set(receiver.path, failing);
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  await service.until(2);
  const ids = service.received.map(({ headers }) => headers["webhook-id"]);
  t.is(ids[0], ids[1]);
  await change("PUT", `${CALENDAR}b.ics`, event("b"));
  service.scripts.delete(receiver.path);
  await settled();
  const taken = told().filter((_, i) => service.at(receiver)[i]?.script !== failing);
  const created = taken.map(({ data }) => data.collections[0].objects.created);
  t.is(
    created.reduce((sum, one) => sum + one, 0),
    2,
  );
  service.scripts.set(receiver.path, { status: 410 });
  await change("PUT", `${CALENDAR}c.ics`, event("c"));
  await eventually(async () => (await count(pool, "push_subscription")) === 0, "its end");
});

test("each form is filled in as its receiver wants it", async (t) => {
  const { change, service, add, start } = await prepare(t, null);
  const forms = [
    [
      "slack",
      "",
      "",
      { text: "Calendar changed\nNew: Dentist, 2027-03-01 10:00 UTC, Main Street 1" },
    ],
    ["ntfy", "", "/", { topic: "ntfy", title: "Calendar changed" }],
    ["pushover", "?token=a&user=b", "", { token: "a", user: "b", title: "Calendar changed" }],
    ["ifttt", "", "", { value1: "Calendar changed", value3: "" }],
  ] as const;
  for (const [form, query] of forms) {
    await add({ url: service.receiver(form).url + query, form, content: true });
  }
  await start();
  const lines = "DTSTART:20270301T100000Z\r\nSUMMARY:Dentist\r\nLOCATION:Main Street 1";
  await change("PUT", `${CALENDAR}a.ics`, calendar("a", lines));
  await service.until(forms.length);
  for (const [form, , path, expected] of forms) {
    const [received] = service.received.filter((one) => one.path === (path || `/up/${form}`));
    t.like(JSON.parse(received?.body.toString() ?? "{}"), expected, form);
  }
});

test("a title neither calls everybody in Slack nor is longer than a service takes", async (t) => {
  const { change, service, add, start } = await prepare(t, null);
  for (const [form, query] of [
    ["slack", ""],
    ["pushover", "?token=a&user=b"],
  ]) {
    await add({ url: service.receiver(form).url + query, form, content: true });
  }
  await start();
  const long = "x".repeat(5000);
  await change(
    "PUT",
    `${CALENDAR}a.ics`,
    calendar("a", `DTSTART:20270301T100000Z\r\nSUMMARY:<!channel> & ${long}`),
  );
  await service.until(2);
  const bodyAt = (path: string) =>
    JSON.parse(service.received.find((one) => one.path === path)?.body.toString() ?? "");
  t.regex(bodyAt("/up/slack").text, /&lt;!channel&gt; &amp; x/);
  t.is(bodyAt("/up/pushover").message.length, 1000);
});

test("a secret is renewed, and for a day messages verify with the former one, too", async (t) => {
  let now = Date.now();
  const hooked = await prepare(t, null, () => new Date(now));
  const { change, service, add, start } = hooked;
  const { id, secret } = await add();
  await start();
  const { status, body } = await request(hooked, "POST", `/${id}/secret`, {});
  t.is(status, 200);
  t.not(body.secret, secret);
  const verified = (key: string) => {
    const { body: text = "", headers } = service.received.at(-1) ?? {};
    const seconds = Number(headers?.["webhook-timestamp"]) * 1000;
    t.true(Math.abs(seconds - now) < 60_000);
    const signatures = String(headers?.["webhook-signature"]).split(" ");
    const sign = new Verifier(key).sign(
      String(headers?.["webhook-id"]),
      new Date(seconds),
      text.toString(),
    );
    return signatures.includes(sign);
  };
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  await service.until(1);
  t.deepEqual([secret, body.secret].map(verified), [true, true]);
  now += 25 * 3_600_000;
  await change("PUT", `${CALENDAR}b.ics`, event("b"));
  await service.until(2);
  t.deepEqual([secret, body.secret].map(verified), [false, true]);
  t.is((await request(hooked, "POST", `/${id}/secret`, {}, "bob")).status, 404);
  t.is((await request(hooked, "GET", `/${id}/secret`)).status, 405);
});

test("webhooks are listed without secret and removed by their owner only", async (t) => {
  const hooked = await prepare(t, null);
  const { id, secret } = await hooked.add({ collections: [CALENDAR] });
  t.regex(secret, /^whsec_/);
  const { body } = await request(hooked, "GET", "");
  t.like(body.webhooks[0], { id, url: hooked.receiver.url, collections: [CALENDAR], form: "json" });
  t.false(JSON.stringify(body).includes("whsec_"));
  t.deepEqual((await request(hooked, "GET", "", undefined, "bob")).body.webhooks, []);
  t.is((await request(hooked, "DELETE", `/${id}`, undefined, "bob")).status, 404);
  t.is((await request(hooked, "DELETE", `/${id}`)).status, 204);
  t.is((await request(hooked, "PUT", `/${id}`)).status, 405);
  t.is((await request(hooked, "PUT", "")).status, 405);
});

test("what cannot be a webhook is refused in words", async (t) => {
  const hooked = await prepare(t, null);
  for (const [wish, words] of [
    [{ url: 1 }, /url/],
    [{ url: "https://10.1.2.3/" }, /url is not at a public address/],
    [{ colour: "red" }, /colour/],
    [{ filter: { changes: ["x"] } }, /filter.changes/],
    [{ filter: { text: "\0" } }, /filter.text: has control characters/],
    [{ filter: { categories: ["\ud800"] } }, /filter.categories.0: has control characters/],
    [{ collections: ["/dav/calendars/alice/"] }, /not the path/],
    [{ collections: ["/dav/calendars/alice/no/"] }, /no collection/],
    [{ collections: ["/dav/calendars/bob/calendar/"] }, /no collection/],
  ] as const) {
    const wished = { url: hooked.receiver.url, ...wish };
    const { status, body } = await request(hooked, "POST", "", wished);
    t.is(status, 400);
    t.regex(body.error, words);
  }
});

test("a page of another site cannot make one with a browser's credentials", async (t) => {
  const { send, receiver } = await prepare(t, null);
  const headers = { "content-type": "text/plain" };
  const body = JSON.stringify({ url: receiver.url });
  const answer = await send({
    method: "POST",
    target: "/push/webhooks",
    user: "alice",
    headers,
    body,
  });
  t.is(answer.status, 400);
});

test("an account may have fifty", async (t) => {
  const { add } = await prepare(t, null);
  for (let i = 0; i < 50; i += 1) await add();
  await t.throwsAsync(add(), { message: /50 webhooks/ });
});
