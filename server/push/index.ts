import type { Pool } from "pg";
import type { Logger } from "pino";
import type { PushConfig } from "./config.ts";
import { startEngine } from "./engine.ts";
import { createEgress } from "./egress/index.ts";
import { appleAdvertisement } from "./transports/apple/advertisement.ts";
import { watchAppleCredentials } from "./transports/apple/credentials.ts";
import { appleTransport } from "./transports/apple/index.ts";
import { jmapTransport } from "./transports/jmap/index.ts";
import { webhookTransport } from "./transports/webhook/index.ts";
import { webPushTransport } from "./transports/web-push/index.ts";
import { paceOf } from "./pace.ts";
import { APPLE, JMAP, WEB_PUSH, WEBHOOK } from "./transport.ts";
import { contactOf } from "./webpush/contact.ts";
import { createWebPush } from "./webpush/index.ts";
import { createVapid } from "./webpush/vapid.ts";
import { watchVapidKeys } from "./webpush/watched-keys.ts";

/** Times that only tests have reason to change. */
interface PushTiming {
  /** Seconds a claimed delivery stays with its process. */
  readonly lease: number;
  /** Seconds between looks at the database when nothing calls. */
  readonly poll: number;
  /** Milliseconds for connecting to APNs and for one request: twice both must fit into the lease. */
  readonly timeout: number;
  /** Milliseconds between looks at the credential files. */
  readonly reloadInterval: number;
}

const TIMING: PushTiming = { lease: 60, poll: 5, timeout: 12_000, reloadInterval: 60_000 };

export interface PushOptions {
  readonly pool: Pool;
  readonly config: PushConfig;
  readonly log: Logger;
  readonly clock?: () => Date;
  readonly timing?: Partial<PushTiming>;
}

/**
 * Starts announcing committed changes to subscribers. Run it in one background process; more may run at once and share
 * the work. Runs without any credential, too: changes are then taken from the outbox and forgotten.
 *
 * @returns `stop`, which waits for sends under way and leaves nothing running
 */
export async function startPush(options: PushOptions): Promise<{ stop(): Promise<void> }> {
  const { pool, config, log, clock = () => new Date() } = options;
  const { lease, poll, timeout, reloadInterval } = { ...TIMING, ...options.timing };
  const watching = { config: config.apple, log, clock, reloadInterval };
  const credentials = await watchAppleCredentials(watching);
  const apple = appleTransport({
    config: config.apple,
    pace: paceOf(config, APPLE),
    credentials,
    log,
    clock,
    timeout,
  });
  const egress = createEgress({ ...config, clock, timeout });
  const authorize = createVapid(contactOf(config), clock);
  const send = createWebPush({ egress, authorize, clock });
  const keys = await watchVapidKeys(pool, log);
  const mark = () => appleAdvertisement(config.apple, credentials.current()).fingerprint;
  const web = webPushTransport({ pool, pace: paceOf(config, WEB_PUSH), keys, send, mark, clock });
  const jmap = jmapTransport({ pool, pace: paceOf(config, JMAP), keys, send });
  const { publicUrl } = config;
  const webhook = webhookTransport({
    pool,
    pace: paceOf(config, WEBHOOK),
    egress,
    publicUrl,
    clock,
  });
  const engine = startEngine({
    pool,
    transports: [
      apple,
      ...(config.web ? [web] : []),
      ...(config.jmap ? [jmap] : []),
      ...(config.webhooks ? [webhook] : []),
    ],
    lease,
    poll,
    log,
    clock,
  });
  return {
    async stop() {
      await engine.stop();
      credentials.stop();
      keys.stop();
      egress.close();
    },
  };
}
