import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test from "ava";
import type { ExecutionContext } from "ava";
import { hash } from "@node-rs/argon2";
import Koa from "koa";
import type { Pool } from "pg";
import {
  createAccount,
  deleteAccount,
  disableAccount,
  setPassword,
} from "../../../server/accounts/accounts.ts";
import type { AuthenticatorOptions } from "../../../server/auth/authenticator.ts";
import { openAuthentication } from "../../../server/auth/index.ts";
import { testDatabase } from "../../support/database.ts";
import { until } from "../../support/serve.ts";

type Ask = (login: string, password: string, address?: string) => Promise<Response>;

interface Server {
  readonly pool: Pool;
  readonly url: string;
  readonly ask: Ask;
  /** Statements the database was sent through the pool. */
  readonly queries: () => number;
}

interface Settings extends AuthenticatorOptions {
  /** The password of ann, who is made before the server listens: it is not told of her later. */
  readonly ann?: string;
}

async function start(t: ExecutionContext, { ann, ...options }: Settings = {}): Promise<Server> {
  const database = await testDatabase(t);
  if (ann !== undefined) await createAccount(database.pool, { name: "ann", password: ann });
  let queries = 0;
  const query = database.pool.query.bind(database.pool) as (...args: unknown[]) => unknown;
  const counting = (...args: unknown[]) => {
    queries += 1;
    return query(...args);
  };
  const pool: Pool = Object.assign(Object.create(database.pool), { query: counting });
  const authentication = openAuthentication(pool, options);
  const app = new Koa({ proxy: true });
  app.use(authentication.middleware);
  app.use((ctx) => {
    ctx.body = ctx.state.principal;
  });
  const server = createServer((request, response) => void app.callback()(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(async () => {
    server.close();
    await authentication.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const ask: Ask = (login, password, address = "192.0.2.1") =>
    fetch(url, {
      headers: {
        Authorization: `Basic ${Buffer.from(`${login}:${password}`).toString("base64")}`,
        "X-Forwarded-For": address,
      },
    });
  await authentication.listening;
  return { pool, url, ask, queries: () => queries };
}

/** Asks until the status is as expected, for what a notification changes. */
async function eventually(ask: () => Promise<Response>, status: number): Promise<number> {
  const response = await until(`status ${status}`, async () => {
    const answer = await ask();
    return answer.status === status ? answer : null;
  });
  return response.status;
}

test("the account name or the mail address and the password let in", async (t) => {
  const { pool, ask } = await start(t);
  const password = "p:ä€ ß";
  const { id } = await createAccount(pool, { name: "ann", password, email: "ann@example.org" });
  for (const login of ["ann", "ANN", "ann@example.org", "Ann@Example.ORG"]) {
    const response = await ask(login, password);
    t.is(response.status, 200);
    t.deepEqual(await response.json(), { id, name: "ann" });
  }
});

test("who is not known, disabled or wrong gets one and the same answer", async (t) => {
  const { pool, ask, url } = await start(t, { ann: "right" });
  await createAccount(pool, { name: "bob", password: "right" });
  await disableAccount(pool, "bob");
  const answers = await Promise.all([
    ask("ann", "wrong"),
    ask("bob", "right"),
    ask("nobody", "right"),
    ask("ann", ""),
    fetch(url),
    fetch(url, { headers: { Authorization: "Basic ???" } }),
  ]);
  const bodies = new Set<string>();
  for (const answer of answers) {
    t.is(answer.status, 401);
    t.is(answer.headers.get("WWW-Authenticate"), 'Basic realm="pushdav", charset="UTF-8"');
    bodies.add(await answer.text());
  }
  t.is(bodies.size, 1);
});

test.serial("an unknown account takes as long to refuse as a wrong password", async (t) => {
  const { ask } = await start(t, { ann: "right" });
  await ask("warm", "up");
  const fastest = { ann: Infinity, nobody: Infinity };
  let tries = 0;
  // What else the machine does only ever adds: the more tries, the nearer is the fastest to the truth.
  await until("refusals that take as long", async () => {
    tries += 1;
    for (const login of ["ann", "nobody"] as const) {
      const before = performance.now();
      await ask(login, `wrong${tries}`);
      fastest[login] = Math.min(fastest[login], performance.now() - before);
    }
    const ratio = fastest.nobody / fastest.ann;
    return tries >= 8 && ratio > 0.4 && ratio < 2.5;
  });
  t.true(tries >= 8);
});

test("a repeated login costs no SQL until the cache's time is over", async (t) => {
  const clock = { now: 0 };
  const { ask, queries } = await start(t, {
    ann: "right",
    cacheSeconds: 600,
    now: () => clock.now,
  });
  await ask("ann", "right");
  const before = queries();
  for (let i = 0; i < 20; i += 1) t.is((await ask("ann", "right")).status, 200);
  t.is(queries(), before);
  clock.now = 601_000;
  t.is((await ask("ann", "right")).status, 200);
  t.true(queries() > before);
});

test("many requests at once with the same credentials are verified once", async (t) => {
  const { ask, queries } = await start(t, { ann: "right" });
  const before = queries();
  const all = await Promise.all(Array.from({ length: 30 }, () => ask("ann", "right")));
  t.deepEqual([...new Set(all.map((response) => response.status))], [200]);
  t.is(queries() - before, 2);
});

test("a changed password, a disabled and a deleted account are felt at once", async (t) => {
  const { pool, ask } = await start(t, { ann: "old" });
  t.is((await ask("ann", "old")).status, 200);
  t.is((await ask("ann", "new")).status, 401);
  await setPassword(pool, "ann", "new");
  t.is(await eventually(() => ask("ann", "old"), 401), 401);
  t.is(await eventually(() => ask("ann", "new"), 200), 200);
  await disableAccount(pool, "ann");
  t.is(await eventually(() => ask("ann", "new"), 401), 401);
  await createAccount(pool, { name: "bob", password: "s" });
  t.is((await ask("bob", "s")).status, 200);
  await deleteAccount(pool, "bob");
  t.is(await eventually(() => ask("bob", "s"), 401), 401);
});

test("an account made after it was asked for is let in", async (t) => {
  const { pool, ask } = await start(t);
  t.is((await ask("ann@example.org", "s")).status, 401);
  await createAccount(pool, { name: "ann", password: "s", email: "ann@example.org" });
  t.is(await eventually(() => ask("ann@example.org", "s"), 200), 200);
});

test("a lost listening connection forgets everything and comes back", async (t) => {
  const { pool, ask, queries } = await start(t, { ann: "s" });
  await ask("ann", "s");
  const killed = await pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen %'",
  );
  t.is(killed.rowCount, 1);
  let before = queries();
  t.is(
    await eventually(async () => {
      before = queries();
      await ask("ann", "s");
      return { status: queries() > before ? 1 : 0 } as Response;
    }, 1),
    1,
  );
  await ask("ann", "s");
  t.is(
    await eventually(async () => {
      before = queries();
      await ask("ann", "s");
      return { status: queries() > before ? 1 : 0 } as Response;
    }, 0),
    0,
  );
});

test("guessing is stopped, and a device that was in before is not locked out", async (t) => {
  const clock = { now: 0 };
  const { ask } = await start(t, { ann: "right", cacheSeconds: 600, now: () => clock.now });
  t.is((await ask("ann", "right")).status, 200);
  for (let i = 0; i < 10; i += 1) t.is((await ask("ann", `guess${i}`)).status, 401);
  const stopped = await ask("ann", "guess10");
  t.is(stopped.status, 429);
  t.is(stopped.headers.get("Retry-After"), "300");
  t.is((await ask("ann", "right")).status, 200);
  clock.now = 200_000_000;
  for (let i = 0; i < 11; i += 1) await ask("ann", `again${i}`);
  t.is((await ask("ann", "again99")).status, 429);
  t.is((await ask("ann", "right")).status, 200);
});

test("guesses sent all at once are stopped as well", async (t) => {
  const { ask } = await start(t, { ann: "right" });
  const all = await Promise.all(Array.from({ length: 40 }, (_, i) => ask("ann", `guess${i}`)));
  t.is(all.filter((response) => response.status === 401).length, 10);
  t.is(all.filter((response) => response.status === 429).length, 30);
});

test("a device with a stale password locks nothing and costs nothing", async (t) => {
  const { ask, queries } = await start(t, { ann: "right" });
  t.is((await ask("ann", "stale")).status, 401);
  const before = queries();
  for (let i = 0; i < 50; i += 1) t.is((await ask("ann", "stale")).status, 401);
  t.is(queries(), before);
  t.is((await ask("ann", "right")).status, 200);
});

test("requests without credentials count as nothing", async (t) => {
  const { ask, url } = await start(t, { ann: "right" });
  for (let i = 0; i < 120; i += 1) {
    const response = await fetch(url, { headers: { "X-Forwarded-For": "192.0.2.1" } });
    await response.text();
  }
  t.is((await ask("ann", "right")).status, 200);
});

test("a hash of older parameters is replaced at the next login", async (t) => {
  const { pool, ask } = await start(t, { ann: "right" });
  const old = await hash("right", { memoryCost: 8192, timeCost: 1, parallelism: 1 });
  await pool.query("update principal set password_hash = $1", [old]);
  t.is((await ask("ann", "right")).status, 200);
  const { rows } = await pool.query<{ password_hash: string; last_login_at: Date | null }>(
    "select password_hash, last_login_at from principal",
  );
  t.regex(rows[0]?.password_hash ?? "", /m=19456,t=2,p=1/);
  t.truthy(rows[0]?.last_login_at);
});
