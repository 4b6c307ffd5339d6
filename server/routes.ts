import type { Middleware } from "koa";
import type { Pool } from "pg";
import type { Logger } from "pino";
import type { PushAdvertisement } from "../dav/index.ts";
import { openAuthentication } from "./auth/index.ts";
import type { Config } from "./config.ts";
import { anonymousDav, davRouter } from "./dav.ts";
import { appleAdvertisement } from "./push/transports/apple/advertisement.ts";
import {
  watchAppleCredentials,
  type WatchedCredentials,
} from "./push/transports/apple/credentials.ts";
import { APPLE_SUBSCRIPTION_PATH, appleSubscriptions } from "./push/transports/apple/endpoint.ts";
import { createNudge } from "./store/nudge.ts";
import { createStore } from "./store/store.ts";

export interface RouteOptions {
  readonly config: Config;
  readonly pool: Pool;
  readonly log: Logger;
  readonly clock?: () => Date;
}

export interface Routes {
  /** In the order in which they see a request. */
  readonly middleware: readonly Middleware[];
  /** Ends what the routes opened. */
  close(): Promise<void>;
}

/** Most hrefs in one multiget. */
const MAX_MULTIGET = 5000;

/** Opens what answers requests: everything but the endpoints for operation. */
export async function openRoutes(options: RouteOptions): Promise<Routes> {
  const { config, pool, log, clock = () => new Date() } = options;
  const authentication = openAuthentication(pool, config.login);
  const credentials = await watchAppleCredentials({ config: config.push.apple, log, clock });
  const dav = davRouter({
    store: createStore(pool, createNudge(pool)),
    limits: {
      maxResourceSize: config.maxResourceSize,
      maxSyncPage: config.maxSyncPage,
      maxMultiget: MAX_MULTIGET,
    },
    maxRequestSize: config.http.maxRequestSize,
    push: pushAdvertisement(config, credentials),
    now: clock,
  });
  const subscriptions = { pool, credentials: () => credentials.current(), log, clock };
  return {
    middleware: [
      anonymousDav(),
      authentication.middleware as Middleware,
      appleSubscriptions(subscriptions) as Middleware,
      dav.routes() as Middleware,
    ],
    async close() {
      credentials.stop();
      await authentication.close();
    },
  };
}

/** What homes advertise of push at an origin, given the credentials in force. */
function pushAdvertisement(
  config: Config,
  credentials: WatchedCredentials,
): (origin: string) => PushAdvertisement {
  return (origin) => {
    const { homes, fingerprint } = appleAdvertisement(config.push.apple, credentials.current());
    const subscriptionUrl = `${origin}${APPLE_SUBSCRIPTION_PATH}`;
    return {
      calendars: homes.calendars && { ...homes.calendars, subscriptionUrl },
      addressbooks: homes.addressbooks && { ...homes.addressbooks, subscriptionUrl },
      mark: fingerprint,
    };
  };
}
