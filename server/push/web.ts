import type { Middleware } from "koa";
import type { Pool } from "pg";
import type { Logger } from "pino";
import type { AuthState } from "../auth/basic.ts";
import type { PushConfig } from "./config.ts";
import { type AppleAdvertisement, appleAdvertisement } from "./transports/apple/advertisement.ts";
import { watchAppleCredentials } from "./transports/apple/credentials.ts";
import { appleSubscriptions } from "./transports/apple/endpoint.ts";

export interface PushWebOptions {
  readonly config: PushConfig;
  readonly pool: Pool;
  readonly log: Logger;
  readonly clock?: () => Date;
}

/** The side of push that web processes show to clients. It sends nothing. */
export interface PushWeb {
  /** The subscription URLs, to be used behind authentication. */
  readonly middleware: Middleware<AuthState>;
  /** What homes advertise at this moment. */
  apple(): AppleAdvertisement;
  close(): void;
}

/** Opens what clients see of push and keeps it in step with the credential files. */
export async function openPushWeb(options: PushWebOptions): Promise<PushWeb> {
  const { config, pool, log, clock = () => new Date() } = options;
  const credentials = await watchAppleCredentials({ config: config.apple, log, clock });
  const current = () => credentials.current();
  return {
    middleware: appleSubscriptions({ pool, credentials: current, log, clock }),
    apple: () => appleAdvertisement(config.apple, credentials.current()),
    close: () => credentials.stop(),
  };
}
