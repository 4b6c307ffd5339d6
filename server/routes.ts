import type { Middleware } from "koa";
import type { Pool } from "pg";
import type { Logger } from "pino";
import type { PushAdvertisement } from "../dav/index.ts";
import { openAuthentication } from "./auth/index.ts";
import type { HashCost } from "./auth/password.ts";
import type { Config } from "./config.ts";
import { anonymousDav, davRouter } from "./dav.ts";
import { loginFlow } from "./login/index.ts";
import { openJmap } from "./jmap/index.ts";
import { openPushWeb, type PushWeb } from "./push/web.ts";
import { createNudge } from "./store/nudge.ts";
import { createStore } from "./store/store.ts";

export interface RouteOptions {
  readonly config: Config;
  readonly pool: Pool;
  readonly log: Logger;
  readonly clock?: () => Date;
  /** What hashes of passwords are to cost. */
  readonly hashCost?: HashCost;
}

export interface Routes {
  /** In the order in which they see a request. */
  readonly middleware: readonly Middleware[];
  /** Resolves when changes of accounts are heard of: what was believed or opened before is looked at again then. */
  readonly listening: Promise<void>;
  /** Ends the answers that would go on for ever. */
  endStreams(): void;
  /** Ends what the routes opened. */
  close(): Promise<void>;
}

/** Most hrefs in one multiget. */
const MAX_MULTIGET = 5000;

/** Opens what answers requests: everything but the endpoints for operation. */
export async function openRoutes(options: RouteOptions): Promise<Routes> {
  const { config, pool, log, clock = () => new Date(), hashCost } = options;
  const authentication = openAuthentication(pool, {
    ...config.login,
    ...(hashCost && { hashCost }),
  });
  const push = await openPushWeb({ config: config.push, pool, log, clock });
  const { vapidKey, checkUrl } = push;
  const jmap = config.push.jmap ? openJmap({ pool, log, clock, vapidKey, checkUrl }) : null;
  authentication.onChange((account) => jmap?.endStreams(account));
  const dav = davRouter({
    store: createStore(pool, createNudge(pool), config.quota),
    limits: {
      maxResourceSize: config.maxResourceSize,
      maxImageSize: config.maxImageSize,
      maxSyncPage: config.maxSyncPage,
      maxSyncBytes: config.maxSyncBytes,
      maxMultiget: MAX_MULTIGET,
      quota: config.quota,
    },
    maxRequestSize: config.http.maxRequestSize,
    stallTimeout: config.http.stallTimeout,
    push: (origin) => advertisement(push, origin),
    addMember: config.addMember,
    refuseFeed: config.feeds ? (url) => refusalOf(checkUrl(url)) : null,
    oneAddressBook: config.oneAddressBook,
    directory: config.directory,
    files: config.files,
    now: clock,
  });
  return {
    middleware: [
      anonymousDav({ webPush: config.push.web }),
      loginFlow({ pool, authenticate: authentication.authenticate }),
      authentication.middleware as Middleware,
      ...push.middleware.map((middleware) => middleware as Middleware),
      ...(jmap?.middleware ?? []).map((middleware) => middleware as Middleware),
      dav.routes() as Middleware,
    ],
    listening: authentication.listening,
    endStreams: () => jmap?.close(),
    async close() {
      jmap?.close();
      push.close();
      await authentication.close();
    },
  };
}

const refusalOf = (checked: URL | string) => (typeof checked === "string" ? checked : null);

/** What homes advertise of push to a client that reaches the server at an origin. */
function advertisement(push: PushWeb, origin: string): PushAdvertisement {
  const { homes, fingerprint } = push.apple();
  const { calendars, addressbooks } = homes;
  return {
    calendars: calendars && { ...calendars, subscriptionUrl: `${origin}${calendars.path}` },
    addressbooks: addressbooks && {
      ...addressbooks,
      subscriptionUrl: `${origin}${addressbooks.path}`,
    },
    web: push.web(origin),
    mark: fingerprint,
  };
}
