import type { ResourceKind } from "./resource.ts";
import type { QName } from "./xml/names.ts";

/** What the server can do with a kind of resource, derived from the tables of methods and reports. */
export interface Capabilities {
  /** Methods in upper case, as the Allow header lists them. */
  methodsOn(kind: ResourceKind | "unmapped"): readonly string[];
  reportsOn(kind: ResourceKind): readonly QName[];
}
