import type { Storage } from "../store.ts";
import { dav } from "../xml/names.ts";
import { COLLECTIONS, FILES, HOMES, property, type ResourceOf } from "./property.ts";

const STORED = [...HOMES, ...COLLECTIONS, ...FILES] as const;

function storageOf(resource: ResourceOf<(typeof STORED)[number]>): Storage | undefined {
  if ("file" in resource) return resource.file.storage;
  return "home" in resource ? resource.home.storage : resource.collection.home.storage;
}

/**
 * Quota (RFC 4331 section 3), which allprop leaves out: what the owner has left, and what is used, in bytes. All
 * that an account stores counts together.
 */
export const RFC4331 = [
  property({
    name: dav("quota-available-bytes"),
    on: STORED,
    get: (resource, { limits }) => {
      const storage = storageOf(resource);
      if (storage === undefined) return null;
      return [String(Math.max(0, (storage.quota ?? limits.quota) - storage.used))];
    },
  }),
  property({
    name: dav("quota-used-bytes"),
    on: STORED,
    get: (resource) => {
      const storage = storageOf(resource);
      return storage === undefined ? null : [String(storage.used)];
    },
  }),
];
