import type { ExecutionContext } from "ava";
import type { Middleware } from "koa";
import type { Pool } from "pg";
import { pino } from "pino";
import { createApp } from "../../server/app.ts";
import { readConfig, type Config } from "../../server/config.ts";
import { listen } from "../../server/http/listen.ts";
import { openRoutes } from "../../server/routes.ts";
import { testDatabase } from "./database.ts";

export interface TestServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly pool: Pool;
  /** Connection string of the server's database. */
  readonly databaseUrl: string;
  readonly config: Config;
  /** Every line logged so far, parsed. */
  readonly logged: Record<string, unknown>[];
  /** Closes it before the teardown does. */
  close(seconds: number): Promise<void>;
}

export interface TestServerOptions {
  /** Environment variables that make the configuration. */
  readonly variables?: Readonly<Record<string, string>>;
  /** In place of the product's own routes. */
  readonly routes?: readonly Middleware[];
  /** Milliseconds between looks at the certificate's files. */
  readonly certificateInterval?: number;
}

async function readMetrics(): Promise<string> {
  return "# none in tests\n";
}

/** Starts the web application in this process, on a free port and a database of its own. */
export async function startTestServer(
  t: Pick<ExecutionContext, "teardown">,
  { variables = {}, routes, certificateInterval }: TestServerOptions = {},
): Promise<TestServer> {
  const { pool, url: databaseUrl } = await testDatabase(t);
  const host = { PORT: "0", PUSHDAV_HOST: "127.0.0.1", PUSHDAV_LOG_LEVEL: "debug" };
  const config = readConfig({ ...host, ...variables });
  const logged: Record<string, unknown>[] = [];
  const log = pino({ level: config.log.level }, { write: (line) => logged.push(JSON.parse(line)) });
  const own = routes ? null : await openRoutes({ config, pool, log });
  await own?.listening;
  const app = createApp({
    config,
    log,
    pool,
    readMetrics,
    routes: routes ?? own?.middleware ?? [],
  });
  const listening = await listen(app.callback(), config.http, log, certificateInterval);
  t.teardown(async () => {
    await listening.close(0);
    await own?.close();
  });
  const { port } = listening;
  return {
    url: `http://127.0.0.1:${listening.port}`,
    port,
    pool,
    databaseUrl,
    config,
    logged,
    close: (seconds) => listening.close(seconds),
  };
}
