import { createHmac, randomBytes } from "node:crypto";

const PREFIX = "whsec_";

/** A new secret, in the form of the Standard Webhooks. */
export function createSecret(): string {
  return `${PREFIX}${randomBytes(32).toString("base64")}`;
}

/**
 * The headers by which a receiver knows whom a message is from, when it was sent, and that it has it already
 * (Standard Webhooks 1.0: `webhook-id`, `webhook-timestamp`, `webhook-signature`).
 *
 * @param id the same for each attempt to send the message
 */
export function signed(
  secret: string,
  id: string,
  at: Date,
  body: string,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const key = Buffer.from(secret.slice(PREFIX.length), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature}`,
  };
}
