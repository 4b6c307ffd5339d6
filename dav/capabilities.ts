import type { ResourceKind } from "./resource.ts";
import type { QName } from "./xml/names.ts";

/** What a request may be about; in the files area other things can be made than elsewhere. */
export type TargetKind = ResourceKind | "unmapped" | "unmapped-file";

/** What the server can do with a kind of resource, derived from the tables of methods, reports and properties. */
export interface Capabilities {
  /** Methods in upper case, as the Allow header lists them. */
  methodsOn(kind: TargetKind): readonly string[];
  reportsOn(kind: ResourceKind): readonly QName[];
  propertiesOn(kind: ResourceKind): readonly QName[];
}
