import { createHash } from "node:crypto";
import type { Account } from "../push/transports/jmap/states.ts";
import { EVENT_SOURCE_PATH } from "./event-source.ts";
import { LIMITS } from "./limits.ts";

export const SESSION_PATH = "/.well-known/jmap";
export const API_PATH = "/jmap/api";

export const CORE = "urn:ietf:params:jmap:core";
export const VAPID = "urn:ietf:params:jmap:webpush-vapid";
/** Ours: states of the DAV store, without the objects, which are read by CalDAV and CardDAV. */
export const DAV_PUSH = "urn:pushdav:params:jmap:dav-push";

/**
 * The session object (RFC 8620 section 2).
 *
 * @param origin where the client reaches the server
 * @param vapidKey the public key under which it pushes (RFC 9749)
 */
export function sessionObject(
  user: string,
  accounts: readonly Account[],
  origin: string,
  vapidKey: string,
): Readonly<Record<string, unknown>> & { readonly state: string } {
  const own = accounts.find((account) => account.own);
  const session = {
    capabilities: {
      [CORE]: { ...LIMITS, collationAlgorithms: [] },
      [VAPID]: { applicationServerKey: vapidKey },
      [DAV_PUSH]: {},
    },
    accounts: Object.fromEntries(accounts.map((account) => [account.id, accountObject(account)])),
    primaryAccounts: own ? { [DAV_PUSH]: own.id } : {},
    username: user,
    apiUrl: `${origin}${API_PATH}`,
    downloadUrl: `${origin}/jmap/download/{accountId}/{blobId}/{name}?type={type}`,
    uploadUrl: `${origin}/jmap/upload/{accountId}`,
    eventSourceUrl: `${origin}${EVENT_SOURCE_PATH}?types={types}&closeafter={closeafter}&ping={ping}`,
  };
  const digest = createHash("sha256").update(JSON.stringify(session)).digest("base64url");
  return { ...session, state: digest.slice(0, 16) };
}

function accountObject({ name, own }: Account): unknown {
  const homes = {
    calendars: `/dav/calendars/${encodeURIComponent(name)}/`,
    addressBooks: `/dav/addressbooks/${encodeURIComponent(name)}/`,
  };
  return { name, isPersonal: own, isReadOnly: true, accountCapabilities: { [DAV_PUSH]: homes } };
}
