import type { Pool } from "pg";
import type { Logger } from "pino";
import type { PushConfig } from "./config.ts";
import { startEngine } from "./engine.ts";
import { watchAppleCredentials } from "./transports/apple/credentials.ts";
import { appleTransport } from "./transports/apple/index.ts";

export interface PushOptions {
  readonly pool: Pool;
  /** For the one connection that listens for changes. */
  readonly databaseUrl: string;
  readonly config: PushConfig;
  readonly log: Logger;
  readonly clock?: () => Date;
  /** Departures from the usual times: seconds, for `timeout` milliseconds. */
  readonly timing?: { readonly lease?: number; readonly poll?: number; readonly timeout?: number };
}

/**
 * Starts announcing committed changes to subscribers. Run it in one background process; more may run at once and share
 * the work. Runs without any credential, too: changes are then taken from the outbox and forgotten.
 *
 * @returns `stop`, which waits for sends under way and leaves nothing running
 */
export async function startPush(options: PushOptions): Promise<{ stop(): Promise<void> }> {
  const { pool, databaseUrl, config, log, clock = () => new Date(), timing = {} } = options;
  const { lease = 60, poll = 5, timeout } = timing;
  const credentials = await watchAppleCredentials({ config: config.apple, log, clock });
  const apple = appleTransport({
    config: config.apple,
    credentials,
    log,
    clock,
    ...(timeout === undefined ? {} : { timeout }),
  });
  const engine = startEngine({
    pool,
    databaseUrl,
    transports: [apple],
    window: config.window,
    lease,
    poll,
    log,
    clock,
  });
  return {
    async stop() {
      await engine.stop();
      credentials.stop();
    },
  };
}
