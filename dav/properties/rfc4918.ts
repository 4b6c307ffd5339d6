import type { FileRow } from "../file-store.ts";
import {
  isHome,
  type FileResource,
  type ObjectResource,
  type Resource,
  type ResourceKind,
} from "../resource.ts";
import type { ObjectRow } from "../store.ts";
import { el, type Element } from "../xml/element.ts";
import { caldav, carddav, cs, dav } from "../xml/names.ts";
import { contentType, hasQuirk } from "../quirks.ts";
import { COLLECTIONS, EVERYWHERE, FILES, HOMES, OBJECTS, property } from "./property.ts";

const COLLECTION = el(dav("collection"));
const RESOURCE_TYPES: Readonly<Partial<Record<ResourceKind, readonly Element[]>>> = {
  principal: [COLLECTION, el(dav("principal"))],
  calendar: [COLLECTION, el(caldav("calendar"))],
  addressbook: [COLLECTION, el(carddav("addressbook"))],
  directory: [COLLECTION, el(carddav("addressbook")), el(carddav("directory"))],
  "directory-card": [],
  "calendar-object": [],
  "addressbook-object": [],
  file: [],
};

const SUBSCRIBED = [COLLECTION, el(cs("subscribed"))];

/** Clients that fetch feeds themselves are told of one; for the others it is a calendar that they can read. */
function resourceType(resource: Resource, userAgent: string): readonly Element[] {
  const isFeed = resource.kind === "calendar" && resource.collection.subscribed;
  if (isFeed && hasQuirk("feeds-are-fetched-by-the-client", userAgent)) return SUBSCRIBED;
  return RESOURCE_TYPES[resource.kind] ?? [COLLECTION];
}

/** What a resource is called as long as nobody named it. */
function defaultName(resource: Resource): string | null {
  if ("principal" in resource) return resource.principal.displayName;
  if (resource.kind === "directory") return "Accounts";
  if (isHome(resource)) return resource.home.owner.displayName;
  if (resource.kind === "calendar" || resource.kind === "addressbook") {
    return resource.collection.name;
  }
  return resource.kind === "file-home" ? resource.file.owner.displayName : null;
}

function rowOf(resource: ObjectResource | FileResource): ObjectRow | FileRow {
  return "object" in resource ? resource.object : resource.file;
}

/** The properties of RFC 4918 section 15. */
export const RFC4918 = [
  property({
    name: dav("resourcetype"),
    on: EVERYWHERE,
    allprop: true,
    settable: "creation",
    get: (resource, { userAgent }) => [...resourceType(resource, userAgent)],
  }),
  property({
    name: dav("displayname"),
    on: ["principal", "directory", ...HOMES, ...COLLECTIONS, ...FILES],
    allprop: true,
    settable: "always",
    get: (resource) => {
      const name = defaultName(resource);
      return name === null ? null : [name];
    },
  }),
  property({
    name: dav("getetag"),
    on: [...OBJECTS, "directory-card", "file"],
    allprop: true,
    get: (resource) => {
      const etag = "object" in resource ? resource.object.etag : resource.file.content?.etag;
      return etag === undefined ? null : [`"${etag}"`];
    },
  }),
  property({
    name: dav("getcontenttype"),
    on: [...OBJECTS, "directory-card", "file"],
    allprop: true,
    get: (resource, context) => {
      if ("object" in resource)
        return [contentType(resource.object.contentType, context.userAgent)];
      return resource.file.content && [resource.file.content.contentType];
    },
  }),
  property({
    name: dav("getcontentlength"),
    on: [...OBJECTS, "directory-card", "file"],
    allprop: true,
    needs: "details",
    get: (resource) => {
      const size = "object" in resource ? resource.object.size : resource.file.content?.size;
      return size === undefined || size === null ? null : [String(size)];
    },
  }),
  property({
    name: dav("getlastmodified"),
    on: [...OBJECTS, ...FILES],
    allprop: true,
    needs: "details",
    get: (resource) => {
      const { modifiedAt } = rowOf(resource);
      return modifiedAt && [modifiedAt.toUTCString()];
    },
  }),
  property({
    name: dav("creationdate"),
    on: [...COLLECTIONS, ...OBJECTS, ...FILES],
    allprop: true,
    needs: "details",
    get: (resource) => {
      const { createdAt } =
        "collection" in resource && !("object" in resource) ? resource.collection : rowOf(resource);
      return createdAt && [createdAt.toISOString().replace(/\.\d+Z$/, "Z")];
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
