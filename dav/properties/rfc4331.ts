import { ownerOf } from "../resource.ts";
import { dav } from "../xml/names.ts";
import { COLLECTIONS, FILES, HOMES, property } from "./property.ts";

const STORED = [...HOMES, ...COLLECTIONS, ...FILES] as const;

/**
 * Quota (RFC 4331 section 3), which allprop leaves out: what the owner has left, and what is used, in bytes. All
 * that an account stores counts together.
 */
export const RFC4331 = [
  property({
    name: dav("quota-available-bytes"),
    on: STORED,
    needs: "storage",
    get: (resource, { limits, storage }) => {
      const stored = storage?.get(ownerOf(resource)?.id ?? 0);
      if (stored === undefined) return null;
      return [String(Math.max(0, (stored.quota ?? limits.quota) - stored.used))];
    },
  }),
  property({
    name: dav("quota-used-bytes"),
    on: STORED,
    needs: "storage",
    get: (resource, { storage }) => {
      const stored = storage?.get(ownerOf(resource)?.id ?? 0);
      return stored === undefined ? null : [String(stored.used)];
    },
  }),
];
