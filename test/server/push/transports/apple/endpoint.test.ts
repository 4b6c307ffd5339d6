import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test, { type ExecutionContext } from "ava";
import Koa from "koa";
import type { Pool } from "pg";
import type { AuthState } from "../../../../../server/auth/basic.ts";
import { listSubscriptions } from "../../../../../server/push/listing.ts";
import type { Credential } from "../../../../../server/push/transports/apple/credential.ts";
import { appleSubscriptions } from "../../../../../server/push/transports/apple/endpoint.ts";
import { testDatabase } from "../../../../support/database.ts";
import {
  addPerson,
  change,
  count,
  deviceToken,
  type Person,
  readableLog,
  TOPICS,
} from "../../../../support/push.ts";
import { fanOut } from "../../../../../server/push/fanout.ts";

interface Endpoint {
  readonly pool: Pool;
  readonly alice: Person;
  readonly carol: Person;
  readonly logged: () => string;
  /** Asks as a person; the path may hold a query. */
  readonly ask: (who: Person, path: string, init?: RequestInit) => Promise<Response>;
  readonly post: (who: Person, token: string, key: string) => Promise<Response>;
}

interface Settings {
  readonly calendars?: boolean;
  readonly addressbooks?: boolean;
  readonly clock?: () => Date;
}

function credential(topic: string): Credential {
  return { topic, validity: null, tls: {}, signer: null, hash: topic };
}

async function serve(t: ExecutionContext, settings: Settings = {}): Promise<Endpoint> {
  const { pool } = await testDatabase(t);
  const { calendars = true, addressbooks = true, clock = () => new Date() } = settings;
  const credentials = {
    calendars: calendars ? credential(TOPICS.calendars) : null,
    addressbooks: addressbooks ? credential(TOPICS.addressbooks) : null,
  };
  const { log, text } = readableLog();
  const people = new Map<string, Person>();
  for (const name of ["alice", "carol"]) people.set(name, await addPerson(pool, name));
  const app = new Koa<AuthState>({ proxy: true });
  app.silent = true;
  app.use(async (ctx, next) => {
    const person = people.get(ctx.get("X-Test-Person"));
    if (person) {
      ctx.state.principal = { id: person.id, name: person.name };
      await next();
    } else ctx.status = 401;
  });
  app.use(appleSubscriptions({ pool, credentials: () => credentials, log, clock }));
  const handle = app.callback();
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask: Endpoint["ask"] = (who, path, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set("X-Test-Person", who.name);
    return fetch(`${origin}${path}`, { ...init, headers });
  };
  const post: Endpoint["post"] = (who, token, key) =>
    ask(who, `/push/apple?token=${token}&key=${key}`, { method: "POST" });
  const [alice, carol] = [...people.values()];
  if (!alice || !carol) throw new Error("no people");
  return { pool, alice, carol, logged: text, ask, post };
}

test("every form of the request subscribes, and repeats make one row", async (t) => {
  const { pool, alice, ask } = await serve(t);
  const token = deviceToken();
  const key = alice.keys.calendars;
  const query = `token=${token}&key=${key}`;
  const form = { "Content-Type": "application/x-www-form-urlencoded" };
  const answers = [
    await ask(alice, `/push/apple?${query}`),
    await ask(alice, `/push/apple?${query}`, { method: "POST" }),
    await ask(alice, `/push/apple/?${query}`, { method: "POST" }),
    await ask(alice, "/push/apple", { method: "POST", headers: form, body: query }),
    await ask(alice, "/push/apple/", { method: "POST", headers: form, body: query }),
    await ask(alice, `/push/apple?key=${key}`, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded; charset=utf-8" },
      body: `token=${token}`,
    }),
    await ask(alice, `/push/apple?${query}`, {
      method: "POST",
      headers: { "Content-Type": "text/plain" },
      body: "token=ignored",
    }),
  ];
  t.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  t.deepEqual(new Set(await Promise.all(answers.map((answer) => answer.text()))), new Set([""]));
  const rows = await listSubscriptions(pool, null);
  t.is(rows.length, 1);
  t.like(rows[0], {
    principal: "alice",
    endpoint: token,
    home: "calendars",
    collectionId: null,
    topic: TOPICS.calendars,
  });
});

test("form values are decoded once", async (t) => {
  const { pool, alice, ask } = await serve(t);
  const token = deviceToken();
  const spaced = `${token.slice(0, 8)}+${token.slice(8, 16)}%20${token.slice(16)}`;
  const { status } = await ask(alice, "/push/apple", {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: `token=${spaced}&key=${encodeURIComponent(alice.keys.calendars)}`,
  });
  t.is(status, 200);
  t.is((await listSubscriptions(pool, null))[0]?.endpoint, token);
  t.is(
    (await ask(alice, `/push/apple?key=${alice.keys.calendars}&token=%2561%2561${token}`)).status,
    400,
  );
});

test("a token is the same in upper case and with spaces", async (t) => {
  const { pool, alice, post } = await serve(t);
  const token = deviceToken();
  await post(alice, token, alice.keys.calendars);
  await post(alice, token.toUpperCase(), alice.keys.calendars);
  await post(alice, `${token.slice(0, 4)}%20${token.slice(4)}`, alice.keys.calendars);
  t.is(await count(pool, "push_subscription"), 1);
});

for (const [what, token] of [
  ["not hexadecimal", "zz".repeat(32)],
  ["of odd length", "a".repeat(63)],
  ["empty", ""],
  ["too long", "ab".repeat(201)],
  ["too short", "abcd"],
] as const)
  test(`a token that is ${what} is refused`, async (t) => {
    const { pool, alice, post } = await serve(t);
    t.is((await post(alice, token, alice.keys.calendars)).status, 400);
    t.is(await count(pool, "push_subscription"), 0);
  });

test("tokens of 64 and of 160 digits are taken", async (t) => {
  const { alice, post } = await serve(t);
  for (const length of [64, 160])
    t.is((await post(alice, "a".repeat(length), alice.keys.calendars)).status, 200);
});

test("another's key, an unknown one, a malformed one and none get the same answer", async (t) => {
  const { pool, alice, carol, ask, post } = await serve(t);
  const answers = [
    await post(carol, deviceToken(), alice.keys.calendars),
    await post(carol, deviceToken(), "AAAAAAAAAAAAAAAAAAAAAA"),
    await post(carol, deviceToken(), "%00"),
    await post(carol, deviceToken(), "x".repeat(300)),
    await ask(carol, "/push/apple"),
  ];
  const seen = await Promise.all(
    answers.map(async (answer) => {
      const headers = [...answer.headers].filter(([name]) => name !== "date");
      return JSON.stringify([answer.status, headers, await answer.text()]);
    }),
  );
  t.is(new Set(seen).size, 1);
  t.true(seen[0]?.startsWith("[400,"));
  t.is(await count(pool, "push_subscription"), 0);
});

test("a disabled person cannot subscribe", async (t) => {
  const { pool, alice, post } = await serve(t);
  await pool.query("update principal set disabled_at = now() where name = 'alice'");
  t.is((await post(alice, deviceToken(), alice.keys.calendars)).status, 400);
});

test("methods other than GET and POST are refused, other paths are left alone", async (t) => {
  const { alice, ask } = await serve(t);
  const answer = await ask(alice, "/push/apple", { method: "PUT", body: "" });
  t.is(answer.status, 405);
  t.is(answer.headers.get("Allow"), "GET, POST");
  t.is((await ask(alice, "/push/apples")).status, 404);
  t.is((await ask(alice, "/push/apple/x")).status, 404);
});

test("without any credential there is no such URL", async (t) => {
  const { alice, post } = await serve(t, { calendars: false, addressbooks: false });
  t.is((await post(alice, deviceToken(), alice.keys.calendars)).status, 404);
});

test("with one credential only its home can be subscribed to", async (t) => {
  const { alice, post } = await serve(t, { addressbooks: false });
  t.is((await post(alice, deviceToken(), alice.keys.calendars)).status, 200);
  t.is((await post(alice, deviceToken(), alice.keys.addressbooks)).status, 400);
});

test("one token may be subscribed to both homes, each under its own topic", async (t) => {
  const { pool, alice, post } = await serve(t);
  const token = deviceToken();
  await post(alice, token, alice.keys.calendars);
  await post(alice, token, alice.keys.addressbooks);
  const rows = await listSubscriptions(pool, "alice");
  t.deepEqual(
    rows.map(({ topic }) => topic).sort(),
    [TOPICS.calendars, TOPICS.addressbooks].sort(),
  );
});

test("repeating a subscription refreshes it and ends its staleness", async (t) => {
  let now = new Date("2026-11-01T00:00:00Z");
  const { pool, alice, post } = await serve(t, { clock: () => now });
  const token = deviceToken();
  await post(alice, token, alice.keys.calendars);
  await pool.query("update push_subscription set silent_since = now()");
  now = new Date("2026-11-02T00:00:00Z");
  for (let i = 0; i < 5; i += 1) await post(alice, token, alice.keys.calendars);
  const [row, ...others] = await listSubscriptions(pool, null);
  t.is(others.length, 0);
  t.is(row?.createdAt.toISOString(), "2026-11-01T00:00:00.000Z");
  t.is(row?.refreshedAt.toISOString(), "2026-11-02T00:00:00.000Z");
  t.is(row?.silentSince, null);
});

test("a device that changes hands moves to who may read the key now, and is pushed once", async (t) => {
  const { pool, alice, carol, post } = await serve(t);
  const token = deviceToken();
  await post(alice, token, alice.keys.calendars);
  await pool.query("update home set push_key = 'passing' where push_key = $1", [
    carol.keys.calendars,
  ]);
  await pool.query("update home set push_key = $1 where push_key = $2", [
    "gone",
    alice.keys.calendars,
  ]);
  await pool.query("update home set push_key = $1 where push_key = 'passing'", [
    alice.keys.calendars,
  ]);
  t.is((await post(carol, token, alice.keys.calendars)).status, 200);
  const rows = await listSubscriptions(pool, null);
  t.deepEqual(
    rows.map(({ principal }) => principal),
    ["carol"],
  );
  await change(pool, carol);
  t.is((await fanOut(pool, { apple: { quiet: 0, window: 1 } }, new Date())).deliveries, 1);
});

/** Gives a person a calendar that another may read. */
async function grantCalendar(pool: Pool, owner: Person, reader: Person): Promise<void> {
  await pool.query(
    `with made as (insert into collection (principal_id, kind, sync_seq) values ($1, 'calendar', 1) returning id),
     bound as (insert into binding (principal_id, home, name, owner_id, collection_id, changed_seq)
       select $1, 'calendars', 'work', $1, id, 1 from made)
     select id from made`,
    [owner.id],
  );
  await pool.query(
    `insert into access (principal_id, collection_id, grantee_id, privileges)
     select principal_id, id, $2, '{read}' from collection where principal_id = $1`,
    [owner.id, reader.id],
  );
}

test("T9: others than the owner subscribe when they were granted something in the home, and not to another home", async (t) => {
  const { pool, alice, carol, post } = await serve(t);
  const token = deviceToken();
  const refused = await post(carol, token, alice.keys.calendars);
  const unknown = await post(carol, token, "nosuchkey");
  t.deepEqual([refused.status, await refused.text()], [unknown.status, await unknown.text()]);
  await grantCalendar(pool, alice, carol);
  t.is((await post(carol, token, alice.keys.calendars)).status, 200);
  t.is((await post(carol, token, alice.keys.addressbooks)).status, 400);
  await change(pool, alice);
  const paces = { apple: { quiet: 0, window: 1 } };
  t.is((await fanOut(pool, paces, new Date())).deliveries, 0, "not by what is hidden from carol");
  await pool.query(
    `insert into outbox (principal_id, home, collection_id, seq, change)
     select principal_id, 'calendars', id, 2, 'content' from collection`,
  );
  t.is((await fanOut(pool, paces, new Date())).deliveries, 1);
});

test("a person has 200 subscriptions at most; the least recently refreshed make room", async (t) => {
  let second = 0;
  const { pool, alice, post } = await serve(t, {
    clock: () => new Date(Date.UTC(2026, 10, 1) + (second += 1) * 1000),
  });
  const tokens: string[] = [];
  for (let i = 0; i < 205; i += 1) {
    const token = deviceToken();
    tokens.push(token);
    t.is((await post(alice, token, alice.keys.calendars)).status, 200);
  }
  const left = new Set((await listSubscriptions(pool, "alice")).map(({ endpoint }) => endpoint));
  t.is(left.size, 200);
  t.false(left.has(tokens[0] ?? ""));
  t.true(left.has(tokens[204] ?? ""));
});

test("a person who asks too often is told to wait, others are not", async (t) => {
  let now = new Date("2026-11-01T00:00:00Z");
  const { alice, carol, ask, post } = await serve(t, { clock: () => now });
  for (let i = 0; i < 120; i += 1) await ask(alice, "/push/apple");
  const answer = await post(alice, deviceToken(), alice.keys.calendars);
  t.is(answer.status, 429);
  t.is(answer.headers.get("Retry-After"), "60");
  t.is((await post(carol, deviceToken(), carol.keys.calendars)).status, 200);
  now = new Date("2026-11-01T00:01:00Z");
  t.is((await post(alice, deviceToken(), alice.keys.calendars)).status, 200);
});

test("what a subscription came from is stored in bounds", async (t) => {
  const { pool, alice, ask } = await serve(t);
  await ask(alice, `/push/apple?token=${deviceToken()}&key=${alice.keys.calendars}`, {
    headers: { "User-Agent": "x".repeat(1000), "X-Forwarded-For": "198.51.100.9" },
  });
  const [row] = await listSubscriptions(pool, null);
  t.is(row?.userAgent.length, 255);
  t.is(row?.address, "198.51.100.9");
});

test("an overlong form is refused", async (t) => {
  const { alice, ask } = await serve(t);
  const { status } = await ask(alice, "/push/apple", {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: `token=${deviceToken()}&key=${alice.keys.calendars}&x=${"y".repeat(100_000)}`,
  });
  t.is(status, 400);
});

test("the log holds no token", async (t) => {
  const { alice, post, logged } = await serve(t);
  const token = deviceToken();
  await post(alice, token, alice.keys.calendars);
  t.true(logged().includes("alice"));
  t.false(logged().includes(token));
});
