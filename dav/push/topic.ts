import { createHash } from "node:crypto";
import { isHome, type CollectionResource, type HomeResource } from "../resource.ts";
import type { PushTarget } from "../store.ts";

/** What registrations can be made for. */
export type PushResource = HomeResource | CollectionResource;

/**
 * The name of a resource in push messages to a user: as unique and lasting as its push key, and telling nothing else.
 * Each user has a name of their own for it, because DAVx5 finds the collection by it and syncs one account only.
 */
export function topicOf(
  { pushKey, ownerId }: { readonly pushKey: string; readonly ownerId: number },
  userId: number,
): string {
  if (userId === ownerId) return pushKey;
  return createHash("sha256").update(`${pushKey} ${userId}`).digest("base64url").slice(0, 32);
}

/** The topic of a resource as a user sees it. */
export function topicFor(resource: PushResource, userId: number): string {
  const { pushKey } = isHome(resource) ? resource.home : resource.collection;
  return topicOf({ pushKey, ownerId: targetOf(resource).ownerId }, userId);
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
