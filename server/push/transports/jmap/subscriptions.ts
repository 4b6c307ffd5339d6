import { randomBytes } from "node:crypto";
import type { Pool } from "pg";
import type { AuthenticatedPrincipal } from "../../../auth/authenticator.ts";
import { deliverNow, recordSubscription, type Recorded } from "../../subscriptions.ts";
import { JMAP } from "../../transport.ts";
import { readAccounts, statesByAccount } from "./states.ts";

/** Subscriptions a user may have; the one that makes room is the client's to choose. */
const ALLOWANCE = { most: 20, evict: false };

/** What is kept of a subscription besides its endpoint (RFC 8620 section 7.2). */
export interface Details {
  readonly deviceClientId: string;
  /** Base64url; null when messages are not encrypted. */
  readonly keys: { readonly p256dh: string; readonly auth: string } | null;
  /** Null for all. */
  readonly types: readonly string[] | null;
  readonly code: string;
  readonly verified: boolean;
}

export interface JmapSubscription {
  readonly id: string;
  readonly expiresAt: Date;
  readonly details: Details;
}

export interface NewJmapSubscription {
  readonly principalId: number;
  readonly appPassword: number | null;
  readonly url: URL;
  readonly deviceClientId: string;
  readonly keys: Details["keys"];
  readonly types: Details["types"];
  readonly expiresAt: Date;
  /** The key under which messages are signed. */
  readonly vapidKey: string;
  readonly userAgent: string;
  readonly address: string;
}

/** Makes a subscription, which is silent until it is verified; the verification is on its way. */
export async function createJmapSubscription(
  pool: Pool,
  given: NewJmapSubscription,
  now: Date,
): Promise<Recorded> {
  const { principalId, appPassword, url, deviceClientId, keys, types, vapidKey } = given;
  const code = randomBytes(24).toString("base64url");
  const details: Details = { deviceClientId, keys, types, code, verified: false };
  const subscription = {
    principalId,
    appPassword,
    transport: JMAP,
    identity: randomBytes(16).toString("hex"),
    endpoint: url.href,
    origin: url.origin,
    target: { ownerId: principalId, home: null, collectionId: null },
    shared: true,
    topic: vapidKey,
    details: { ...details },
    userAgent: given.userAgent,
    address: given.address,
    expiresAt: given.expiresAt,
    silent: true,
  };
  const recorded = await recordSubscription(pool, subscription, ALLOWANCE, now);
  if ("id" in recorded) await deliverNow(pool, recorded.id);
  return recorded;
}

/**
 * The subscriptions that were made with the same credentials and have not expired, oldest first (RFC 8620 section
 * 7.2.1).
 */
export async function listJmapSubscriptions(
  pool: Pool,
  { id, appPassword }: AuthenticatedPrincipal,
  now: Date,
): Promise<readonly JmapSubscription[]> {
  const { rows } = await pool.query<JmapSubscription>(
    `select public_id as id, expires_at as "expiresAt", details from push_subscription
     where transport = $1 and principal_id = $2 and expires_at > $3
       and app_password_id is not distinct from $4 order by id`,
    [JMAP, id, now, appPassword ?? null],
  );
  return rows;
}

/** Stores what changed; a subscription that became verified is told of changes from now on. */
export async function updateJmapSubscription(
  pool: Pool,
  principalId: number,
  { id, expiresAt, details }: JmapSubscription,
): Promise<void> {
  const accounts = (await readAccounts(pool, [principalId])).get(principalId) ?? [];
  const told = { states: statesByAccount(accounts, null) };
  await pool.query(
    `update push_subscription s set expires_at = $4, details = $5,
       told = case when $6 and s.silent_since is not null then $7 else s.told end,
       silent_since = case when $6 then null else s.silent_since end
     where transport = $1 and principal_id = $2 and public_id = $3`,
    [
      JMAP,
      principalId,
      id,
      expiresAt,
      JSON.stringify(details),
      details.verified,
      JSON.stringify(told),
    ],
  );
}
