import { hash } from "node:crypto";
import type { HomeKind } from "../../../../dav/store.ts";
import type { AppleConfig } from "../../config.ts";
import type { AppleCredentials } from "./credentials.ts";

/** Where clients subscribe, below the public origin. They append a query to it, so it has none. */
export const APPLE_SUBSCRIPTION_PATH = "/push/apple";

/** Content of the CS:transport element of a home, in the order of its children. */
interface AppleTransport {
  /** CS:subscription-url, to be made absolute with the public origin. */
  readonly path: string;
  /** CS:apsbundleid */
  readonly topic: string;
  /** CS:env */
  readonly environment: "PRODUCTION" | "SANDBOX";
  /** CS:refresh-interval, in seconds */
  readonly refreshInterval: number;
}

export interface AppleAdvertisement {
  /** What to put into CS:push-transports by kind of home; null leaves both properties out (404). */
  readonly homes: Readonly<Record<HomeKind, AppleTransport | null>>;
  /**
   * Eight hexadecimal digits that differ when what is advertised does. Mixed into the sync-tokens of homes, it makes
   * clients that only sync by token look at the properties again.
   */
  readonly fingerprint: string;
}

/** What homes advertise of Apple push, given the credentials in force. Pure. */
export function appleAdvertisement(
  config: AppleConfig,
  credentials: AppleCredentials,
): AppleAdvertisement {
  const { environment, refreshInterval } = config;
  const transport = (home: HomeKind): AppleTransport | null => {
    const topic = credentials[home]?.topic;
    return topic === undefined
      ? null
      : { path: APPLE_SUBSCRIPTION_PATH, topic, environment, refreshInterval };
  };
  const topics = [credentials.calendars?.topic ?? "", credentials.addressbooks?.topic ?? ""];
  return {
    homes: { calendars: transport("calendars"), addressbooks: transport("addressbooks") },
    fingerprint: hash("sha256", topics.join("\n")).slice(0, 8),
  };
}
