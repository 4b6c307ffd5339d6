import { readsAllOf } from "../privileges.ts";
import type { HomeResource, CollectionResource } from "../resource.ts";
import { collectionToken, fileToken, homeToken } from "../synctoken.ts";
import { cs, dav } from "../xml/names.ts";
import {
  COLLECTIONS,
  FILE_COLLECTIONS,
  HOMES,
  property,
  type PropertyContext,
} from "./property.ts";

/** A home has a token for who may read all of it: it counts what others must not see. */
function token(
  resource: HomeResource | CollectionResource,
  { user, push }: PropertyContext,
): [string] | null {
  if ("collection" in resource) return [collectionToken(resource.collection)];
  return readsAllOf(resource.home, user.id) ? [homeToken(resource.home, push.mark)] : null;
}

/** DAV:sync-token (RFC 6578 section 4) and Apple's getctag, which repeats it (caldav-ctag-03). */
export const RFC6578 = [
  property({
    name: dav("sync-token"),
    on: [...HOMES, ...COLLECTIONS, ...FILE_COLLECTIONS],
    get: (resource, context) =>
      "file" in resource ? [fileToken(resource.file)] : token(resource, context),
  }),
  property({
    name: cs("getctag"),
    on: [...HOMES, ...COLLECTIONS],
    allprop: true,
    get: (resource, context) => token(resource, context),
  }),
];
