import type { Pool } from "pg";
import { rotationMessage } from "../../../dav/push/message.ts";
import { WEB_PUSH } from "../transport.ts";
import { readReceiverKeys } from "./encrypt.ts";
import type { SendMessage } from "./index.ts";
import { loadVapidKeys, rotateVapidKey } from "./keys.ts";

/** Seconds a push service keeps the message. */
const TTL = 86_400;

/** Messages on their way at once. */
const AT_ONCE = 20;

interface Receiver {
  endpoint: string;
  p256dh: string;
  auth: string;
}

/** Each endpoint that was registered under the key $2. */
const RECEIVERS = `select distinct on (endpoint) endpoint, details ->> 'p256dh' as p256dh, details ->> 'auth' as auth
  from push_subscription
  where transport = $1 and topic = $2 and expires_at > now() and silent_since is null
  order by endpoint, refreshed_at desc`;

/**
 * Announces another key to each WebDAV-Push client, under the present one, and then puts it in force
 * (draft-bitfire-webdav-push, section "VAPID Key Rotation"). Clients that miss it find the key the next time they look.
 *
 * @returns how many endpoints there were and how many took the message, and the new public key
 */
export async function rotate(
  pool: Pool,
  send: SendMessage,
): Promise<{ endpoints: number; reached: number; publicKey: string }> {
  const [vapid] = await loadVapidKeys(pool);
  const { rows } = await pool.query<Receiver>(RECEIVERS, [WEB_PUSH, vapid.publicKey]);
  const waiting = rows.values();
  let reached = 0;
  const work = async () => {
    for (const { endpoint, p256dh, auth } of waiting) {
      const keys = readReceiverKeys(p256dh, auth);
      const contentType = 'application/xml; charset="UTF-8"';
      const message = { endpoint, keys, vapid, contentType, body: rotationMessage() };
      const outcome = await send({ ...message, ttl: TTL, urgency: "normal" });
      if (outcome.kind === "delivered") reached += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await rotateVapidKey(pool);
  const [{ publicKey }] = await loadVapidKeys(pool);
  return { endpoints: rows.length, reached, publicKey };
}
