import type { HomeResource, CollectionResource } from "../resource.ts";
import { collectionToken, homeToken } from "../synctoken.ts";
import { cs, dav } from "../xml/names.ts";
import { COLLECTIONS, HOMES, property, type PropertyContext } from "./property.ts";

function token(resource: HomeResource | CollectionResource, context: PropertyContext): string {
  return "home" in resource
    ? homeToken(resource.home, context.push.mark)
    : collectionToken(resource.collection);
}

/** DAV:sync-token (RFC 6578 section 4) and Apple's getctag, which repeats it (caldav-ctag-03). */
export const RFC6578 = [
  property({
    name: dav("sync-token"),
    on: [...HOMES, ...COLLECTIONS],
    get: (resource, context) => [token(resource, context)],
  }),
  property({
    name: cs("getctag"),
    on: [...HOMES, ...COLLECTIONS],
    allprop: true,
    get: (resource, context) => [token(resource, context)],
  }),
];
