import type { Pool } from "pg";
import type { Logger } from "pino";
import { loadVapidKeys } from "./keys.ts";
import type { VapidKey } from "./vapid.ts";

/** Milliseconds between looks for a key that another process put in force. */
const INTERVAL = 30_000;

/** The key pairs in step with the database. */
export interface WatchedKeys {
  /** The one in force: what clients are told. */
  current(): VapidKey;
  /** The pair with this public key, if subscriptions can still be served under it. */
  find(publicKey: string): VapidKey | undefined;
  /** All public keys. */
  names(): readonly string[];
  stop(): void;
}

/** Loads the key pairs, and again every half minute. */
export async function watchVapidKeys(
  pool: Pool,
  log: Logger,
  interval = INTERVAL,
): Promise<WatchedKeys> {
  let keys = await loadVapidKeys(pool);
  const timer = setInterval(() => {
    loadVapidKeys(pool).then(
      (loaded) => (keys = loaded),
      (error: unknown) => log.warn({ err: error }, "push: cannot read the VAPID keys"),
    );
  }, interval).unref();
  return {
    current: () => keys[0],
    find: (publicKey) => keys.find((key) => key.publicKey === publicKey),
    names: () => keys.map(({ publicKey }) => publicKey),
    stop: () => clearInterval(timer),
  };
}
