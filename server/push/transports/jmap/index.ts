import type { Pool } from "pg";
import { JMAP, type Delivery, type Outcome, type Pace, type Transport } from "../../transport.ts";
import { readReceiverKeys } from "../../webpush/encrypt.ts";
import type { SendMessage } from "../../webpush/index.ts";
import type { WatchedKeys } from "../../webpush/watched-keys.ts";
import {
  changedStates,
  readAccounts,
  stateChange,
  statesByAccount,
  type States,
} from "./states.ts";
import type { Details } from "./subscriptions.ts";

const CONCURRENCY = 50;
const PER_ORIGIN = 10;
const TTL = 86_400;

export interface JmapTransportOptions {
  readonly pool: Pool;
  readonly pace: Pace;
  readonly keys: WatchedKeys;
  readonly send: SendMessage;
}

/** JMAP push to URLs (RFC 8620 section 7.2): the states that differ from what the receiver was told last. */
export function jmapTransport(options: JmapTransportOptions): Transport {
  const { pool, pace, keys, send } = options;

  async function post(delivery: Delivery, details: Details, body: string): Promise<Outcome> {
    const receiver = details.keys && readReceiverKeys(details.keys.p256dh, details.keys.auth);
    return send({
      endpoint: delivery.endpoint,
      keys: receiver,
      vapid: keys.find(delivery.topic) ?? null,
      contentType: "application/json",
      body,
      ttl: TTL,
      urgency: "normal",
    });
  }

  return {
    name: JMAP,
    pace,
    concurrency: CONCURRENCY,
    perOrigin: PER_ORIGIN,
    topics: () => keys.names(),
    async send(delivery) {
      const details = delivery.details as unknown as Details;
      if (!details.verified) return post(delivery, details, verification(delivery, details));
      const types = details.types && new Set(details.types);
      const accounts = await readAccounts(pool, [delivery.principalId]);
      const states = statesByAccount(accounts.get(delivery.principalId) ?? [], types);
      const { states: former = {}, test = false } = delivery.told as {
        states?: States;
        test?: true;
      };
      const changed = changedStates(test ? {} : former, states);
      const told = { states };
      if (Object.keys(changed).length === 0) return { kind: "needless", told };
      const outcome = await post(delivery, details, stateChange(changed));
      return outcome.kind === "delivered" ? { ...outcome, told } : outcome;
    },
    stop: () => Promise.resolve(),
  };
}

/** The PushVerification object (RFC 8620 section 7.2.2). */
function verification({ publicId }: Delivery, { code }: Details): string {
  const type = "PushVerification";
  return JSON.stringify({ "@type": type, pushSubscriptionId: publicId, verificationCode: code });
}
