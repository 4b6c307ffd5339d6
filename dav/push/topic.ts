import { isHome, type CollectionResource, type HomeResource } from "../resource.ts";
import type { PushTarget } from "../store.ts";

/** What registrations can be made for. */
export type PushResource = HomeResource | CollectionResource;

/** The name of a resource in push messages: as unique and lasting as its incarnation, and telling nothing else. */
export function topicOf(resource: PushResource): string {
  return isHome(resource) ? resource.home.uuid : resource.collection.uuid;
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
