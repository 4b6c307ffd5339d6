import { createHash } from "node:crypto";
import type { NewRegistration } from "../../../../dav/store.ts";
import { rowsOf, type Connection, type Statement } from "../../../store/query.ts";
import { recordWithin } from "../../subscriptions.ts";
import { WEB_PUSH } from "../../transport.ts";

/** Registrations one principal may have: collections times devices. */
const ALLOWANCE = { most: 500, evict: false };

/** Keys belong to the endpoint, so the newest serve all registrations with it (section "Message Encryption"). */
const SHARE_KEYS: Statement = {
  name: "web-push-share-keys",
  text: `update push_subscription set details = details || $4::jsonb
    where principal_id = $1 and transport = $2 and endpoint = $3 and not details @> $4::jsonb`,
};

/** The same client asks for the same resource: one registration (section "Subscription Updates"). */
function identityOf(principalId: number, { target, registration }: NewRegistration): string {
  const about = [principalId, target.ownerId, target.home, target.collectionId];
  const digest = createHash("sha256").update(registration.endpoint).digest("base64url");
  return `${about.join(" ")} ${digest}`;
}

/**
 * Makes or refreshes a registration.
 *
 * @returns its name in its URL; null when the principal has as many as allowed, or may not read what it is about
 */
export async function registerWebPush(
  db: Connection,
  principalId: number,
  given: NewRegistration,
): Promise<{ id: string; created: boolean } | null> {
  const { target, registration, expires, vapidKey, userAgent, now } = given;
  const { endpoint, p256dh, auth, triggers } = registration;
  const subscription = {
    principalId,
    appPassword: given.appPassword,
    transport: WEB_PUSH,
    identity: identityOf(principalId, given),
    endpoint,
    origin: new URL(endpoint).origin,
    target,
    topic: vapidKey,
    details: { p256dh, auth, topic: given.topic },
    userAgent,
    address: "",
    expiresAt: expires,
    on: { ...triggers, own: true },
  };
  const recorded = await recordWithin(db, subscription, ALLOWANCE, now);
  if (recorded.kind === "refused" || recorded.kind === "full") return null;
  const keys = JSON.stringify({ p256dh, auth });
  await rowsOf(db, SHARE_KEYS, [principalId, WEB_PUSH, endpoint, keys]);
  return { id: recorded.publicId, created: recorded.kind === "created" };
}
