import type { Middleware } from "koa";
import type { Pool } from "pg";
import type { Logger } from "pino";
import { openAuthentication } from "./auth/index.ts";
import type { Config } from "./config.ts";

export interface RouteOptions {
  readonly config: Config;
  readonly pool: Pool;
  readonly log: Logger;
}

export interface Routes {
  /** In the order in which they see a request. */
  readonly middleware: readonly Middleware[];
  /** Ends what the routes opened. */
  close(): Promise<void>;
}

/** Opens what answers requests: everything but the endpoints for operation. */
export async function openRoutes({ config, pool }: RouteOptions): Promise<Routes> {
  const authentication = openAuthentication(pool, config.login);
  return {
    middleware: [authentication.middleware as Middleware],
    close: () => authentication.close(),
  };
}
