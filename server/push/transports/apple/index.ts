import type { Logger } from "pino";
import type { AppleConfig } from "../../config.ts";
import { APPLE, type Pace, type Transport } from "../../transport.ts";
import type { WatchedCredentials } from "./credentials.ts";
import { createProviderTokens } from "./provider-token.ts";
import { Sender } from "./sender.ts";

const CONCURRENCY = 100;

export interface AppleTransportOptions {
  readonly config: AppleConfig;
  readonly pace: Pace;
  readonly credentials: WatchedCredentials;
  readonly log: Logger;
  readonly clock: () => Date;
  /** Milliseconds for connecting and for one request. */
  readonly timeout: number;
}

/** The push of Apple's Calendar, Reminders and Contacts: two senders, one for each kind of home. */
export function appleTransport(options: AppleTransportOptions): Transport {
  const { config, pace, credentials, log, clock, timeout } = options;
  const tokens = createProviderTokens(clock);
  const homes = ["calendars", "addressbooks"] as const;
  const senders = homes.map((home) => {
    const credential = () => credentials.current()[home];
    return new Sender({ home, config, credential, tokens, log, clock, timeout });
  });

  return {
    name: APPLE,
    pace,
    concurrency: CONCURRENCY,
    perOrigin: CONCURRENCY,
    topics: () => senders.map((sender) => sender.topic()).filter((topic) => topic !== null),
    async send(delivery) {
      const sender = senders.find((candidate) => candidate.topic() === delivery.topic);
      return sender?.send(delivery) ?? { kind: "held", error: "sending on this topic is stopped" };
    },
    async stop() {
      await Promise.all(senders.map((sender) => sender.stop()));
    },
  };
}
