import { createHash } from "node:crypto";
import { isHome, type CollectionResource, type HomeResource } from "../resource.ts";
import type { PushTarget } from "../store.ts";

/** What registrations can be made for. */
export type PushResource = HomeResource | CollectionResource;

/**
 * The name of a resource in push messages to a user: as unique and lasting as its incarnation, and telling nothing else.
 * Each user has a name of their own for it, because DAVx5 finds the collection by it and syncs one account only.
 */
export function topicOf(
  { uuid, ownerId }: { readonly uuid: string; readonly ownerId: number },
  userId: number,
): string {
  if (userId === ownerId) return uuid;
  return createHash("sha256").update(`${uuid} ${userId}`).digest("base64url").slice(0, 32);
}

/** The topic of a resource as a user sees it. */
export function topicFor(resource: PushResource, userId: number): string {
  const { uuid, home } = isHome(resource)
    ? { uuid: resource.home.uuid, home: resource.home }
    : resource.collection;
  return topicOf({ uuid, ownerId: home.owner.id }, userId);
}

/** What a registration for a resource is about. */
export function targetOf(resource: PushResource): PushTarget {
  if (isHome(resource)) {
    const { owner, kind } = resource.home;
    return { ownerId: owner.id, home: kind, collectionId: null };
  }
  const { home, id } = resource.collection;
  return { ownerId: home.owner.id, home: home.kind, collectionId: id };
}
