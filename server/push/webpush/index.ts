import type { Egress } from "../egress/index.ts";
import type { Outcome } from "../transport.ts";
import { encrypt, type ReceiverKeys } from "./encrypt.ts";
import { outcomeOf } from "./outcome.ts";
import type { VapidKey } from "./vapid.ts";

export type Urgency = "very-low" | "low" | "normal" | "high";

/** A message to one endpoint of a push service. */
export interface Message {
  readonly endpoint: string;
  /** Null sends it as it is, which only JMAP knows (RFC 8620 section 7.2). */
  readonly keys: ReceiverKeys | null;
  /** The key pair the subscription was made under; null sends without identification. */
  readonly vapid: VapidKey | null;
  readonly contentType: string;
  readonly body: string;
  /** Seconds the service keeps it for a receiver that is off line. */
  readonly ttl: number;
  readonly urgency: Urgency;
  /** Replaces an undelivered message of the same name: up to 32 characters of base64url. */
  readonly topic?: string;
}

export interface WebPushOptions {
  readonly egress: Egress;
  /** Makes the header Authorization for a key and an origin. */
  readonly authorize: (key: VapidKey, origin: string) => string;
  readonly clock: () => Date;
}

/** Never rejects. */
export type SendMessage = (message: Message) => Promise<Outcome>;

/** Sends messages by Web Push (RFC 8030, RFC 8291, RFC 8292). */
export function createWebPush(options: WebPushOptions): SendMessage {
  const { egress, authorize, clock } = options;

  return async (message) => {
    const { endpoint, keys, vapid, contentType, ttl, urgency, topic } = message;
    const plain = Buffer.from(message.body);
    const headers = {
      "content-type": contentType,
      ttl: String(ttl),
      urgency,
      ...(topic !== undefined && { topic }),
      ...(keys && { "content-encoding": "aes128gcm" }),
      ...(vapid && { authorization: authorize(vapid, new URL(endpoint).origin) }),
    };
    const sentAt = clock();
    const body = keys ? encrypt(plain, keys) : plain;
    return outcomeOf(await egress.post({ url: endpoint, headers, body }), sentAt);
  };
}
