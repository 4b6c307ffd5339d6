/** A push engine on a database of its own, with a stand-in for APNs. */
import type { ExecutionContext } from "ava";
import type { Pool } from "pg";
import { readConfig } from "../../server/config.ts";
import type { AppleConfig } from "../../server/push/config.ts";
import { startPush } from "../../server/push/index.ts";
import { ApnsStandIn, type StandInOptions } from "./apns.ts";
import { testDatabase } from "./database.ts";
import { appleConfig, readableLog } from "./push.ts";

/** Seconds; shorter than anybody would configure. */
export const WINDOW = 0.4;

export interface Running {
  readonly pool: Pool;
  readonly databaseUrl: string;
  readonly apns: ApnsStandIn;
  readonly config: AppleConfig;
  /** Everything logged so far. */
  readonly logged: () => string;
  /** Starts an engine, which stops with the test. */
  readonly start: (options?: {
    readonly config?: Partial<AppleConfig>;
    readonly clock?: () => Date;
    readonly reloadInterval?: number;
    /** Milliseconds for an answer of APNs; short only where one never comes. */
    readonly timeout?: number;
    /** Seconds; short only where a claim is lost. */
    readonly lease?: number;
  }) => Promise<{ stop(): Promise<void> }>;
}

export async function preparePush(
  t: ExecutionContext,
  standIn: StandInOptions = {},
): Promise<Running> {
  const { pool, url } = await testDatabase(t);
  const apns = await ApnsStandIn.start(t, standIn);
  const config = await appleConfig(t, apns);
  const { log, text } = readableLog();
  const start: Running["start"] = async (options = {}) => {
    const apple = { ...config, ...options.config };
    const { reloadInterval = 60_000, timeout = 30_000, lease = 60 } = options;
    const timing = { poll: 0.5, lease, timeout, reloadInterval };
    const clock = options.clock ?? (() => new Date());
    const push = await startPush({
      pool,
      config: { ...readConfig({}).push, window: WINDOW, apple },
      log,
      clock,
      timing,
    });
    t.teardown(() => push.stop());
    return push;
  };
  return { pool, databaseUrl: url, apns, config, logged: text, start };
}
