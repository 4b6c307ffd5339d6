import type { Middleware } from "koa";
import type { Pool } from "pg";
import type { Logger } from "pino";
import type { AuthState } from "../auth/basic.ts";
import { REGISTRATIONS_PATH, webPushRegistrations } from "./transports/web-push/endpoint.ts";
import { webhookEndpoint } from "./transports/webhook/endpoint.ts";
import { readReceiverKeys } from "./webpush/encrypt.ts";
import { watchVapidKeys } from "./webpush/watched-keys.ts";
import type { WebPushTransport } from "../../dav/index.ts";
import type { PushConfig } from "./config.ts";
import { type AppleAdvertisement, appleAdvertisement } from "./transports/apple/advertisement.ts";
import { watchAppleCredentials } from "./transports/apple/credentials.ts";
import { createEgress, type Egress } from "./egress/index.ts";
import { appleSubscriptions } from "./transports/apple/endpoint.ts";

export interface PushWebOptions {
  readonly config: PushConfig;
  readonly pool: Pool;
  readonly log: Logger;
  readonly clock?: () => Date;
}

type Refuse = WebPushTransport["refuse"];

/** In words why nothing could be sent to a subscription, or null. */
function refuse(subscription: Parameters<Refuse>[0], egress: Pick<Egress, "check">): string | null {
  const { endpoint, p256dh, auth } = subscription;
  const url = egress.check(endpoint);
  if (typeof url === "string") return `push-resource ${url}`;
  if (readReceiverKeys(p256dh, auth)) return null;
  return "the public key is not an uncompressed point of P-256, or the secret not 16 octets";
}

/** The side of push that web processes show to clients. It sends nothing. */
export interface PushWeb {
  /** The subscription URLs, to be used behind authentication. */
  readonly middleware: readonly Middleware<AuthState>[];
  /** What homes advertise at this moment. */
  apple(): AppleAdvertisement;
  /** What clients are told of WebDAV-Push at an origin; null where it is switched off. */
  web(origin: string): WebPushTransport | null;
  /** The public key under which Web Push messages are signed now. */
  readonly vapidKey: () => string;
  /** A URL that messages can be sent to, or in words why not. */
  readonly checkUrl: (url: string) => URL | string;
  close(): void;
}

/** Opens what clients see of push and keeps it in step with the credential files. */
export async function openPushWeb(options: PushWebOptions): Promise<PushWeb> {
  const { config, pool, log, clock = () => new Date() } = options;
  const credentials = await watchAppleCredentials({ config: config.apple, log, clock });
  const current = () => credentials.current();
  const keys = await watchVapidKeys(pool, log);
  const egress = createEgress({ ...config, clock });
  const checkUrl = (url: string) => egress.check(url);
  return {
    middleware: [
      appleSubscriptions({ pool, credentials: current, log, clock }),
      webPushRegistrations(pool, clock),
      ...(config.webhooks ? [webhookEndpoint({ pool, clock, checkUrl })] : []),
    ],
    apple: () => appleAdvertisement(config.apple, credentials.current()),
    web: (origin) =>
      config.web
        ? {
            publicKey: keys.current().publicKey,
            registrations: `${origin}${REGISTRATIONS_PATH}`,
            refuse: (subscription) => refuse(subscription, egress),
          }
        : null,
    vapidKey: () => keys.current().publicKey,
    checkUrl,
    close() {
      credentials.stop();
      keys.stop();
      egress.close();
    },
  };
}
