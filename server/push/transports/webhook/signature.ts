import { createHmac, randomBytes } from "node:crypto";

const PREFIX = "whsec_";

/** A new secret, in the form of the Standard Webhooks. */
export function createSecret(): string {
  return `${PREFIX}${randomBytes(32).toString("base64")}`;
}

/** A secret that was replaced, and until when (ISO 8601) messages are signed with it too. */
export interface FormerSecret {
  readonly secret: string;
  readonly until: string;
}

/** The secrets that messages of a time are signed with, the present one first. */
export function secretsAt(at: Date, secret: string, former?: FormerSecret): readonly string[] {
  return former && at < new Date(former.until) ? [secret, former.secret] : [secret];
}

/**
 * The headers by which a receiver knows whom a message is from, when it was sent, and that it has it already
 * (Standard Webhooks 1.0: `webhook-id`, `webhook-timestamp`, `webhook-signature`).
 *
 * @param secrets one signature is made with each, so that a receiver may learn of a new one later
 * @param id the same for each attempt to send the message
 */
export function signed(
  secrets: readonly string[],
  id: string,
  at: Date,
  body: string,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), "base64");
    return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  });
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}
