import Koa, { type Middleware } from "koa";
import type { Pool } from "pg";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { errorMessage } from "./failure.ts";
import { operationEndpoints } from "./http/operation.ts";
import { describeRequests, guardErrors, recordRequests } from "./http/requests.ts";
import { describeSchema, readSchemaState } from "./store/migrate.ts";

export interface AppOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly pool: Pool;
  /** The metrics of all processes, in Prometheus's text format. */
  readonly readMetrics: () => Promise<string>;
  /** What answers requests, in order, after the endpoints for operation. */
  readonly routes: readonly Middleware[];
}

/** Why requests that need the database would fail, or null. */
async function findObstacle(pool: Pool): Promise<string | null> {
  try {
    return describeSchema(await readSchemaState(pool));
  } catch (error) {
    return `the database does not answer: ${errorMessage(error)}`;
  }
}

/** Puts together the web application of one process. It opens nothing and needs no closing. */
export function createApp(options: AppOptions): Koa {
  const { config, log, pool, readMetrics, routes } = options;
  const app = new Koa();
  app.on("error", (error: unknown) => log.warn({ err: error }, "answer failed"));
  app.use(recordRequests(log));
  app.use(guardErrors(log));
  app.use(describeRequests(config.http));
  app.use(operationEndpoints({ config, readMetrics, findObstacle: () => findObstacle(pool) }));
  for (const middleware of routes) app.use(middleware);
  return app;
}
