import { withGrants } from "./acl.ts";
import type { LockRow } from "./lock-store.ts";
import { homeOf, lockPlaceOf } from "./locks.ts";
import type { PropertyContext } from "./properties/property.ts";
import { needsGrants, needsLocks, propertyResponse, type PropertyRequest } from "./propstat.ts";
import { pathOf, type Resource } from "./resource.ts";
import type { Transaction } from "./store.ts";
import type { Element } from "./xml/element.ts";

/** The DAV:response of a resource. */
export type Respond = (resource: Resource) => Element;

/**
 * What makes the DAV:response of each of the resources, after reading what the wanted properties need besides their
 * rows: what was granted on them, and the locks of their homes.
 */
export async function responder(
  tx: Transaction,
  resources: readonly Resource[],
  wanted: PropertyRequest,
  context: PropertyContext,
): Promise<Respond> {
  const granted = needsGrants(wanted) ? await withGrants(tx, resources) : [];
  const shown = new Map(granted.map((each, index) => [resources[index], each]));
  const informed = needsLocks(wanted) ? await withLocks(tx, resources, context) : context;
  return (each) => propertyResponse(shown.get(each) ?? each, wanted, informed);
}

/** The DAV:response of each resource, in their order: made one after another, since a list may be long. */
export async function propertyResponses(
  tx: Transaction,
  resources: readonly Resource[],
  wanted: PropertyRequest,
  context: PropertyContext,
): Promise<Iterable<Element>> {
  return resources.values().map(await responder(tx, resources, wanted, context));
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
