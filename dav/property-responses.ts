import { withGrants } from "./acl.ts";
import type { LockRow } from "./lock-store.ts";
import { homeOf, lockPlaceOf } from "./locks.ts";
import type { PropertyContext } from "./properties/property.ts";
import { needsGrants, needsLocks, propertyResponse, type PropertyRequest } from "./propstat.ts";
import { pathOf, type Resource } from "./resource.ts";
import type { Transaction } from "./store.ts";
import type { Element } from "./xml/element.ts";

/**
 * The DAV:response of each resource, in their order, after reading what the wanted properties need besides the
 * rows of the resources: what was granted on them, and the locks of their homes.
 */
export async function propertyResponses(
  tx: Transaction,
  resources: readonly Resource[],
  wanted: PropertyRequest,
  context: PropertyContext,
): Promise<Element[]> {
  const shown = needsGrants(wanted) ? await withGrants(tx, resources) : resources;
  const informed = needsLocks(wanted) ? await withLocks(tx, resources, context) : context;
  return shown.map((each) => propertyResponse(each, wanted, informed));
}

/** The context with the locks of the homes that the resources lie in. */
export async function withLocks(
  tx: Transaction,
  resources: readonly Resource[],
  context: PropertyContext,
): Promise<PropertyContext> {
  const places = resources.map((each) => lockPlaceOf(pathOf(each))).filter((p) => p !== null);
  const homes = new Map(places.map((place) => [homeOf(place), place]));
  const locks: LockRow[] = [];
  for (const home of homes.values()) locks.push(...(await tx.locks.list(home, context.now)));
  return { ...context, locks };
}
