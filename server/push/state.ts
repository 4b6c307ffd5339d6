import type { SubscriptionRow } from "./listing.ts";
import { maskToken } from "./transports/apple/token.ts";

/** Seconds after which a push that is due should have been taken up. */
const SOON = 15;

function at(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** By what keeps a subscription from being told; the first that applies is said. */
const OBSTACLES: readonly ((row: SubscriptionRow, now: Date) => string | null)[] = [
  ({ expiresAt }, now) => (expiresAt <= now ? `expired ${at(expiresAt)}` : null),
  ({ allowed }) => (allowed ? null : "the account is disabled, or may not read this any more"),
  ({ silentSince, lastError }) =>
    silentSince === null
      ? null
      : `silent since ${at(silentSince)}: ${lastError ?? "the client has not verified it yet"}`,
  ({ blockedUntil, lastError }) =>
    blockedUntil === null
      ? null
      : `its push service is left alone until ${at(blockedUntil)}: ${lastError ?? "another's push failed"}`,
  ({ failingSince, lastError }) =>
    failingSince === null ? null : `failing since ${at(failingSince)}: ${lastError ?? ""}`,
  ({ dueAt, lastError }, now) =>
    dueAt === null || now.getTime() - dueAt.getTime() < SOON * 1000
      ? null
      : `waiting: ${lastError ?? "the log of the server says what for, if it runs"}`,
];

/** How a subscription is, in words. */
export function stateOf(row: SubscriptionRow, now: Date): string {
  const obstacle = OBSTACLES.map((say) => say(row, now)).find((said) => said !== null);
  const pending = row.dueAt === null ? "" : `; a push is due ${at(row.dueAt)}`;
  if (obstacle !== undefined) return `${obstacle}${pending}`;
  if (row.lastSuccessAt === null) return `nothing sent yet${pending}`;
  return `${row.delivered} sent, the last ${at(row.lastSuccessAt)}${pending}`;
}

/**
 * Enough to tell devices apart, too little to push to them: what its app password is called, if it has one, and a masked
 * token or the push service's origin.
 */
export function deviceOf({ endpoint, appPassword }: SubscriptionRow): string {
  const where = URL.canParse(endpoint) ? new URL(endpoint).origin : maskToken(endpoint);
  return appPassword === null ? where : `${appPassword}, ${where}`;
}

/** What a subscription is about: a collection, a home, or everything of an account. */
export function aboutOf({ owner, home, collection, collectionId }: SubscriptionRow): string {
  if (home === null) return `${owner}: all`;
  if (collectionId === null) return `${home}/${owner}/`;
  return `${home}/${owner}/${collection ?? "(gone)"}/`;
}
