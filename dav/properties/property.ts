import type { Capabilities } from "../capabilities.ts";
import type { Context } from "../http/request.ts";
import type { Timezones } from "../icalendar/index.ts";
import type { LockRow } from "../lock-store.ts";
import type { Storage } from "../store.ts";
import type { Privilege } from "../privileges.ts";
import type { Resource, ResourceKind } from "../resource.ts";
import type { Element, Node } from "../xml/element.ts";
import type { QName } from "../xml/names.ts";

/** What a property may look at besides its resource. */
export interface PropertyContext extends Context {
  readonly capabilities: Capabilities;
  /** The zone that a request names for floating times, a TZID or the text of a VTIMEZONE; or null. */
  readonly timezone: string | null;
  /** Which VTIMEZONEs calendar data shall hold; null leaves it as it is stored. */
  readonly timezones: Timezones | null;
  /** Characters of expanded instances that the answer holds so far; reports only read, so none runs twice. */
  readonly expanded: { characters: number };
  /** The locks of the resources' home; absent where nobody read them. */
  readonly locks?: readonly LockRow[];
  /** What the owners of the resources store, by their ids; absent where nobody read it. */
  readonly storage?: ReadonlyMap<number, Storage>;
}

/** The resources of the given kinds. */
export type ResourceOf<K extends ResourceKind> = Resource extends infer R
  ? R extends { kind: infer P }
    ? Extract<P, K> extends never
      ? never
      : R
    : never
  : never;

/** The stored bytes, the size and times of an object, the locks of the home, the grants, or what the owner stores. */
export type Need = "data" | "details" | "locks" | "grants" | "storage";

/** A live property: one declaration that PROPFIND, PROPPATCH, MKCOL and the reports all read. */
export interface LiveProperty {
  readonly name: QName;
  readonly on: ReadonlySet<ResourceKind>;
  /** Whether allprop includes it. */
  readonly allprop: boolean;
  /** What must have been read besides the row: a heavy column, or what else is named. */
  readonly needs: Need | null;
  /** What a user must be granted to see the property, besides reading the resource. */
  readonly privilege: Privilege | null;
  /** When a client may set it; a settable property is kept as the client wrote it. */
  readonly settable: "never" | "creation" | "always";
  /** A property that says the same in another way: what a client set of it goes when this one changes. */
  readonly twin: QName | null;
  /**
   * The content of the property's element; null when it is not there.
   *
   * @param requested the element with which the client asked, which may carry parameters
   */
  readonly get: (resource: Resource, context: PropertyContext, requested: Element) => Node[] | null;
  /** Refuses an element with which a client asks for it, by throwing a DavError. */
  readonly checkRequest: (requested: Element) => void;
  /** Whether `get` may throw a DavError for an element with which a client asks for it. */
  readonly mayBeRefused: (requested: Element) => boolean;
  /** Refuses a value that may not be stored, by throwing a DavError. */
  readonly check: (value: Element, context: PropertyContext) => void;
}

interface Declaration<K extends ResourceKind> {
  readonly name: QName;
  readonly on: readonly K[];
  readonly allprop?: boolean;
  readonly needs?: Need;
  readonly privilege?: Privilege;
  readonly settable?: "creation" | "always";
  readonly twin?: QName;
  readonly get: (
    resource: ResourceOf<K>,
    context: PropertyContext,
    requested: Element,
  ) => Node[] | null;
  readonly checkRequest?: (requested: Element) => void;
  readonly mayBeRefused?: (requested: Element) => boolean;
  readonly check?: (value: Element, context: PropertyContext) => void;
}

/** Declares a live property. `get` sees only resources of the kinds in `on`. */
export function property<K extends ResourceKind>(declaration: Declaration<K>): LiveProperty {
  const on: ReadonlySet<ResourceKind> = new Set<ResourceKind>(declaration.on);
  const isOn = (resource: Resource): resource is ResourceOf<K> => on.has(resource.kind);
  return {
    name: declaration.name,
    on,
    allprop: declaration.allprop ?? false,
    needs: declaration.needs ?? null,
    privilege: declaration.privilege ?? null,
    settable: declaration.settable ?? "never",
    twin: declaration.twin ?? null,
    get: (resource, context, requested) =>
      isOn(resource) ? declaration.get(resource, context, requested) : null,
    checkRequest: declaration.checkRequest ?? (() => {}),
    mayBeRefused: declaration.mayBeRefused ?? (() => false),
    check: declaration.check ?? (() => {}),
  };
}

export const EVERYWHERE = [
  "root",
  "principals",
  "homes",
  "directory",
  "directory-card",
  "principal",
  "calendar-home",
  "addressbook-home",
  "calendar",
  "addressbook",
  "calendar-object",
  "addressbook-object",
  "file-home",
  "file-collection",
  "file",
] as const satisfies readonly ResourceKind[];

export const HOMES = ["calendar-home", "addressbook-home"] as const;
export const COLLECTIONS = ["calendar", "addressbook"] as const;
export const FILE_COLLECTIONS = ["file-home", "file-collection"] as const;
export const FILES = [...FILE_COLLECTIONS, "file"] as const;
/** What holds a card. */
export const CARDS = ["addressbook-object", "directory-card"] as const;
/** What holds cards. */
export const ADDRESS_BOOKS = ["addressbook", "directory"] as const;
export const OBJECTS = ["calendar-object", "addressbook-object"] as const;
/** What can have locks: all that lies in a home. */
export const LOCKABLE = [...HOMES, ...COLLECTIONS, ...OBJECTS, ...FILES] as const;
