import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ExecutionContext } from "ava";
import type { Pool } from "pg";
import { pino } from "pino";
import { createAccount } from "../../server/accounts/accounts.ts";
import { createApp } from "../../server/app.ts";
import { readConfig, type Config, type Environment } from "../../server/config.ts";
import { openRoutes } from "../../server/routes.ts";
import { createNudge } from "../../server/store/nudge.ts";
import { createStore, type Store } from "../../server/store/store.ts";
import { testDatabase } from "./database.ts";
import type { Send } from "./transcript.ts";

export interface TestServer {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly config: Config;
  readonly pool: Pool;
  readonly url: string;
  readonly store: Store;
  /** Sends a request as an account whose password is `PASSWORD`; null sends no credentials. */
  readonly send: Send;
}

/** The password of every account that a test server makes. */
export const PASSWORD = "correct horse battery staple";

/** The least argon2 takes: logins of every test at the product's cost would be a tenth of the run. */
const HASH_COST = { memoryCost: 8, timeCost: 1, parallelism: 1 };

/** Small limits, so that tests can pass them. */
const LIMITS: Environment = {
  PUSHDAV_MAX_RESOURCE_SIZE: "1 MB",
  PUSHDAV_MAX_REQUEST_SIZE: "2 MB",
};

interface Settings {
  readonly users?: readonly string[];
  readonly environment?: Environment;
  readonly clock?: () => Date;
}

const noMetrics = async () => "";

/** Starts the web application on a database of its own, with accounts; it ends with the test. */
export async function testServer(
  t: Pick<ExecutionContext, "teardown">,
  { users = ["alice"], environment = {}, clock }: Settings = {},
): Promise<TestServer> {
  const { pool, url } = await testDatabase(t);
  for (const name of users) {
    const email = name.includes("@") ? name : `${name}@example.org`;
    await createAccount(pool, { name, password: PASSWORD, email }, HASH_COST);
  }
  const config = readConfig({ ...LIMITS, ...environment });
  const log = pino({ level: process.env["PUSHDAV_TEST_LOG"] ?? "silent" });
  const routes = await openRoutes({
    config,
    pool,
    log,
    hashCost: HASH_COST,
    ...(clock && { clock }),
  });
  await routes.listening;
  const app = createApp({ config, log, pool, readMetrics: noMetrics, routes: routes.middleware });
  const server = createServer({ keepAliveTimeout: 60_000 }, app.callback());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await routes.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const store = createStore(pool, createNudge(pool));
  return { origin, config, pool, url, store, send: sender(origin) };
}

/** The Authorization header of an account of a test server. */
export function authorization(user: string, password = PASSWORD): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

function sender(origin: string): Send {
  return async ({ method, target, user, headers, body }) => {
    const response = await fetch(new URL(target, origin), {
      method,
      redirect: "manual",
      headers: { ...(user !== null && { authorization: authorization(user) }), ...headers },
      ...(body !== "" && { body }),
    });
    return { status: response.status, headers: response.headers, body: await response.text() };
  };
}
