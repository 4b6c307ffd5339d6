import { withGrants } from "./acl.ts";
import type { LockRow } from "./lock-store.ts";
import { homeOf, lockPlaceOf } from "./locks.ts";
import type { PropertyContext } from "./properties/property.ts";
import {
  needsGrants,
  needsLocks,
  needsStorage,
  propertyResponse,
  type PropertyRequest,
} from "./propstat.ts";
import { ownerOf, pathOf, type Resource } from "./resource.ts";
import type { Storage, Transaction } from "./store.ts";
import type { Element } from "./xml/element.ts";

/** The DAV:response of a resource. */
export type Respond = (resource: Resource) => Element;

/**
 * What makes the DAV:response of each of the resources, after reading what the wanted properties need besides their
 * rows: what was granted on them, the locks of their homes, and what their owners store.
 */
export async function responder(
  tx: Transaction,
  resources: readonly Resource[],
  wanted: PropertyRequest,
  context: PropertyContext,
): Promise<Respond> {
  const granted = needsGrants(wanted) ? await withGrants(tx, resources) : [];
  const shown = new Map(granted.map((each, index) => [resources[index], each]));
  const informed = await informedContext(tx, resources, wanted, context);
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

/** The context with what the wanted properties need besides the resources: locks of their homes, what their owners store. */
export async function informedContext(
  tx: Transaction,
  resources: readonly Resource[],
  wanted: PropertyRequest,
  context: PropertyContext,
): Promise<PropertyContext> {
  const informed = needsLocks(wanted) ? await withLocks(tx, resources, context) : context;
  return needsStorage(wanted) ? withStorage(tx, resources, informed) : informed;
}

async function withStorage(
  tx: Transaction,
  resources: readonly Resource[],
  context: PropertyContext,
): Promise<PropertyContext> {
  const storage = new Map<number, Storage>();
  for (const resource of resources) {
    const owner = ownerOf(resource)?.id;
    if (owner !== undefined && !storage.has(owner)) storage.set(owner, await tx.findStorage(owner));
  }
  return { ...context, storage };
}

/** The context with the locks of the homes that the resources lie in. */
async function withLocks(
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
