import { isHome, type Resource, type ResourceKind } from "../resource.ts";
import { el, type Element } from "../xml/element.ts";
import { caldav, carddav, dav } from "../xml/names.ts";
import { contentType } from "../quirks.ts";
import { COLLECTIONS, EVERYWHERE, HOMES, OBJECTS, property } from "./property.ts";

const COLLECTION = el(dav("collection"));
const RESOURCE_TYPES: Readonly<Partial<Record<ResourceKind, readonly Element[]>>> = {
  principal: [COLLECTION, el(dav("principal"))],
  calendar: [COLLECTION, el(caldav("calendar"))],
  addressbook: [COLLECTION, el(carddav("addressbook"))],
  "calendar-object": [],
  "addressbook-object": [],
};

/** What a resource is called as long as nobody named it. */
function defaultName(resource: Resource): string | null {
  if (resource.kind === "principal") return resource.principal.displayName;
  if (isHome(resource)) return resource.home.owner.displayName;
  if (resource.kind === "calendar" || resource.kind === "addressbook") {
    return resource.collection.name;
  }
  return null;
}

/** The properties of RFC 4918 section 15. */
export const RFC4918 = [
  property({
    name: dav("resourcetype"),
    on: EVERYWHERE,
    allprop: true,
    settable: "creation",
    get: (resource) => [...(RESOURCE_TYPES[resource.kind] ?? [COLLECTION])],
  }),
  property({
    name: dav("displayname"),
    on: ["principal", ...HOMES, ...COLLECTIONS],
    allprop: true,
    settable: "always",
    get: (resource) => {
      const name = defaultName(resource);
      return name === null ? null : [name];
    },
  }),
  property({
    name: dav("getetag"),
    on: OBJECTS,
    allprop: true,
    get: (resource) => [`"${resource.object.etag}"`],
  }),
  property({
    name: dav("getcontenttype"),
    on: OBJECTS,
    allprop: true,
    get: (resource, context) => [contentType(resource.object.contentType, context.userAgent)],
  }),
  property({
    name: dav("getcontentlength"),
    on: OBJECTS,
    allprop: true,
    get: (resource) => [String(resource.object.size)],
  }),
  property({
    name: dav("getlastmodified"),
    on: OBJECTS,
    allprop: true,
    get: (resource) => [resource.object.modifiedAt.toUTCString()],
  }),
  property({
    name: dav("creationdate"),
    on: [...COLLECTIONS, ...OBJECTS],
    allprop: true,
    get: (resource) => {
      const row = "object" in resource ? resource.object : resource.collection;
      return [row.createdAt.toISOString().replace(/\.\d+Z$/, "Z")];
    },
  }),
  property({
    // RFC 5842 section 3.1: stays the same when the resource is bound elsewhere.
    name: dav("resource-id"),
    on: [...HOMES, ...COLLECTIONS],
    get: (resource) => {
      const { uuid } = "home" in resource ? resource.home : resource.collection;
      return [el(dav("href"), [`urn:uuid:${uuid}`])];
    },
  }),
];
