import type { FileStore } from "./file-store.ts";
import type { Registration } from "./push/register.ts";
import type { LockedHome, LockStore } from "./lock-store.ts";
import type { KeySearch } from "./search/key-search.ts";

export type { KeySearch } from "./search/key-search.ts";

/**
 * What the protocol needs from storage. Types only: server/store implements them over Postgres.
 * Sequence numbers come from the counter of a home, which numbers every change below it.
 */

/** Clark-notation property name (`{namespace}local`) → the serialized XML element. */
export type StoredProperties = Readonly<Record<string, string>>;

/** What a PROPPATCH does to stored properties: `null` removes one. */
export type PropertyChanges = Readonly<Record<string, string | null>>;

export type HomeKind = "calendars" | "addressbooks";
export type CollectionKind = "calendar" | "addressbook";

export interface PrincipalRow {
  readonly id: number;
  readonly kind: "individual" | "group" | "room" | "resource";
  readonly name: string;
  readonly displayName: string;
  /** Calendar user addresses as URIs, the preferred one first. */
  readonly addresses: readonly string[];
  /** Names of the principals that belong to this one; empty but for a group. */
  readonly members: readonly string[];
  /** Names of the groups that this one belongs to. */
  readonly groups: readonly string[];
  readonly properties: StoredProperties;
}

/** A search for principals by substrings, without regard to case. */
export interface PrincipalSearch {
  readonly terms: readonly {
    /** The name shown, any calendar user address as a URI, or any mail address. */
    readonly field: "name" | "address" | "email";
    readonly match: string;
  }[];
  /** Whether every term must match (so that none finds all), or any. */
  readonly all: boolean;
  readonly limit: number;
}

/** What an account stores in all its homes, in bytes. */
export interface Storage {
  readonly used: number;
  /** What it may store; null where the server's own limit holds. */
  readonly quota: number | null;
}

export interface HomeRow {
  readonly kind: HomeKind;
  readonly owner: { readonly id: number; readonly name: string; readonly displayName: string };
  readonly uuid: string;
  /** The home's counter: the number of the last change below it. */
  readonly seq: number;
  /** What push calls it, as long as it lasts. */
  readonly pushKey: string;
  readonly properties: StoredProperties;
  /** Local names of the privileges that whoever asks was granted on the home itself; null for the owner; present where
   * the home or a collection in it was looked up itself. */
  readonly granted?: readonly string[] | null;
  /** What was granted on it to whom; present only when asked for. */
  readonly grants?: readonly Grant[];
}

export interface CollectionRow {
  readonly kind: CollectionKind;
  readonly home: HomeRow;
  readonly name: string;
  readonly id: number;
  readonly uuid: string;
  /** The home's counter at the last change of the collection or of a member. */
  readonly seq: number;
  /** What push calls it, as long as it lasts: its owner knows it by the home's in Apple push. */
  readonly pushKey: string;
  /** Component types a calendar takes; empty for an address book. */
  readonly components: readonly string[];
  /** Whether it mirrors a feed, which CS:source names: only the server changes its members. */
  readonly subscribed: boolean;
  readonly properties: StoredProperties;
  readonly createdAt: Date;
  /** Local names of the privileges that whoever asks was granted; null for the owner. */
  readonly granted: readonly string[] | null;
  /** What was granted to whom; present only when asked for. */
  readonly grants?: readonly Grant[];
}

/** What the owner of a home or collection granted to another principal: local names of privileges. */
export interface Grant {
  /** Its name; null for everybody who is logged in. */
  readonly principal: string | null;
  readonly privileges: readonly string[];
  /** Whether it was granted on the home that the collection lies in. */
  readonly inherited: boolean;
}

export interface NewGrant {
  /** Null for everybody who is logged in. */
  readonly principalId: number | null;
  /** At least one. */
  readonly privileges: readonly string[];
}

export interface ObjectRow {
  readonly name: string;
  readonly seq: number;
  readonly uid: string;
  /** VEVENT, VTODO, VJOURNAL, VFREEBUSY, VAVAILABILITY or VCARD. */
  readonly component: string;
  /** Without quotes. */
  readonly etag: string;
  readonly contentType: string;
  /** Null where it was left out, as the times. */
  readonly size: number | null;
  readonly createdAt: Date | null;
  readonly modifiedAt: Date | null;
  readonly properties: StoredProperties;
  /** The stored bytes; present only when asked for. */
  readonly data?: Buffer | undefined;
}

/** A member name that changed: `object` is null when it was removed. */
export interface ObjectChange {
  readonly name: string;
  readonly seq: number;
  readonly object: ObjectRow | null;
}

/** A name in a home that changed, or whose collection did: `collection` is null when it was removed. */
export interface CollectionChange {
  readonly name: string;
  readonly seq: number;
  readonly collection: CollectionRow | null;
}

/** One row of the time index: when a component takes place, in Unix seconds, [starts, ends). */
export interface Occurrence {
  readonly component: string;
  readonly starts: number;
  readonly ends: number;
  /** True for dates and times without zone: wall-clock time read as if it were UTC. */
  readonly floating: boolean;
  /** False when the row only nominates the object and its text must decide. */
  readonly exact: boolean;
  /** The FBTYPE of the time it takes, null when it takes none, empty when the text must decide. */
  readonly busy: string | null;
}

/** A row of the time index that takes time, or may. */
export interface BusyOccurrence {
  readonly collectionId: number;
  readonly name: string;
  readonly starts: number;
  readonly ends: number;
  readonly floating: boolean;
  readonly busy: string;
}

export interface NewObject {
  readonly name: string;
  readonly uid: string;
  readonly component: string;
  readonly etag: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly occurrences: readonly Occurrence[];
  /** Keys by which it is found, without control characters. */
  readonly keys: readonly string[];
  /** Dead properties to begin with; those of a replaced object stay when absent. */
  readonly properties?: StoredProperties;
  /** Whether it is not what the client sent, which must then hear of it like others; false when absent. */
  readonly altered?: boolean;
}

export interface NewCollection {
  readonly kind: CollectionKind;
  readonly name: string;
  readonly components: readonly string[];
  /** Whether it mirrors the feed in CS:source. */
  readonly subscribed?: boolean;
  readonly properties: StoredProperties;
}

/** Where a copy of a collection goes. */
export interface CollectionPlace {
  readonly home: HomeRow;
  readonly name: string;
  /** Leaves out the members. */
  readonly shallow: boolean;
}

/** What storage finds by itself: times in Unix seconds, from the time index. What is left out may be anything. */
export interface ObjectSearch {
  readonly component?: string;
  /** What its keys must be. What is found by them is never exact. */
  readonly keys?: KeySearch;
  readonly range?: {
    readonly starts: number;
    readonly ends: number;
    /** The same range on the wall clock of the zone in force, for floating rows. */
    readonly floatingStarts: number;
    readonly floatingEnds: number;
  };
}

/** A found object; `exact` is false when its text must still decide. */
export interface FoundObject {
  readonly object: ObjectRow;
  readonly exact: boolean;
}

export interface Columns {
  /** Whether to read the stored bytes as well. */
  readonly data: boolean;
  /** Whether to leave out the size and the times, which make up a third of what a long list costs. */
  readonly brief?: boolean;
}

/** As Columns, for several objects: the stored bytes of those that follow when there are `bytes` already are not read. */
export type BoundedColumns =
  | (Columns & { readonly data: false })
  | (Columns & { readonly bytes: number });

/** Some of the members of a collection. */
export interface MemberPage {
  /** The name before the first one; empty at the beginning. */
  readonly after: string;
  readonly limit: number;
  /** When those before have so many bytes, in their stored properties and what else is read, the page ends. */
  readonly bytes: number;
}

/** What a push registration is about: a home, or a collection in it. */
export interface PushTarget {
  readonly ownerId: number;
  readonly home: HomeKind;
  readonly collectionId: number | null;
}

export interface NewRegistration {
  /** See Context. */
  readonly appPassword: number | null;
  readonly target: PushTarget;
  /** The name of the target in messages. */
  readonly topic: string;
  readonly registration: Registration;
  readonly expires: Date;
  /** The public key under which the client subscribed at its push service. */
  readonly vapidKey: string;
  readonly userAgent: string;
  readonly now: Date;
}

/**
 * Storage as one request of one user sees it. Reads first take the counter, then what it counts. What belongs to
 * another is not there unless something was granted on it: a collection itself, a home by any collection in it. A
 * change by which the account would take more than its quota throws DavError quota-not-exceeded.
 *
 * Calls take effect in the order in which they are made, so that one need not wait for another to be behind it: calls
 * made together cost one round trip.
 */
export interface Transaction {
  readonly files: FileStore;
  readonly locks: LockStore;

  findPrincipal(name: string): Promise<PrincipalRow | null>;
  /** Those of the named principals that are there, in order of name. */
  findPrincipals(names: readonly string[]): Promise<PrincipalRow[]>;
  /** Found principals, in order of the name shown. */
  searchPrincipals(search: PrincipalSearch): Promise<PrincipalRow[]>;
  findHome(kind: HomeKind, owner: string): Promise<HomeRow | null>;
  findCollection(kind: HomeKind, owner: string, name: string): Promise<CollectionRow | null>;
  listCollections(home: HomeRow): Promise<CollectionRow[]>;
  /** The collection of a member and, if it is mapped, the member itself, in one statement. */
  findObject(
    kind: HomeKind,
    owner: string,
    collection: string,
    name: string,
    columns: Columns,
  ): Promise<{ collection: CollectionRow; object: ObjectRow | null } | null>;
  /** As findObject without the bytes, with the name of the member that has a UID. */
  findTarget(
    kind: HomeKind,
    owner: string,
    collection: string,
    name: string,
    uid: string,
  ): Promise<{ collection: CollectionRow; object: ObjectRow | null; holder: string | null } | null>;
  /** Members in order of name. */
  listObjects(collection: CollectionRow, page: MemberPage, columns: Columns): Promise<ObjectRow[]>;
  getObjects(
    collection: CollectionRow,
    names: readonly string[],
    columns: BoundedColumns,
  ): Promise<ObjectRow[]>;
  findObjects(
    collection: CollectionRow,
    search: ObjectSearch,
    columns: BoundedColumns,
  ): Promise<FoundObject[]>;
  /**
   * The names of the cards that may match a search by their keys, in order and at most `limit` unless it is null; of all
   * cards when the search is null.
   */
  findCards(
    collection: CollectionRow,
    search: KeySearch | null,
    limit: number | null,
  ): Promise<string[]>;
  /**
   * At most `limit` rows of the collections of one home that take time, or may, between two times in Unix seconds.
   * Floating ones of a day before and after come as well.
   */
  findBusy(
    collections: readonly CollectionRow[],
    range: { readonly start: number; readonly end: number },
    limit: number,
  ): Promise<BusyOccurrence[]>;
  /** The members with these UIDs. */
  findUids(collection: CollectionRow, uids: readonly string[]): Promise<ObjectRow[]>;
  /** The name of the member with this UID, or null. */
  findUid(collection: CollectionRow, uid: string): Promise<string | null>;

  /** What was granted on each of the collections, by the collection's id. */
  listGrants(collections: readonly CollectionRow[]): Promise<ReadonlyMap<number, readonly Grant[]>>;

  /** Members with `since` < seq ≤ `collection.seq`, in order of seq; no tombstones when `since` is 0. */
  changedObjects(
    collection: CollectionRow,
    since: number,
    limit: number,
    columns: BoundedColumns,
  ): Promise<ObjectChange[]>;
  /**
   * Names in a home that were mapped, unmapped or had properties changed in (`since`, `home.seq`], in
   * order of seq; with `byContent` also those with a changed member. No tombstones when `since` is 0.
   */
  changedCollections(
    home: HomeRow,
    since: number,
    limit: number,
    what: { readonly byContent: boolean },
  ): Promise<CollectionChange[]>;
  /** Names that were unmapped in (`since`, `home.seq`] and are mapped to another collection now, in order of seq. */
  replacedCollections(home: HomeRow, since: number, limit: number): Promise<CollectionChange[]>;
  /** As changedObjects, the members of every collection of a home. */
  changedHomeObjects(
    home: HomeRow,
    since: number,
    limit: number,
    columns: BoundedColumns,
  ): Promise<{ collection: CollectionRow; change: ObjectChange }[]>;

  /** Locks a home against every other writer until the transaction ends. Call it first. */
  lockHome(kind: HomeKind, owner: string): Promise<(HomeRow & LockedHome) | null>;
  /** @param replaced what has the name so far, as this transaction found it; null when nothing has */
  putObject(
    collection: CollectionRow,
    object: NewObject,
    replaced: Pick<ObjectRow, "size"> | null,
  ): Promise<void>;
  /** As putObject for many with different names, whose dead properties stay as they are. */
  putObjects(collection: CollectionRow, objects: readonly NewObject[]): Promise<void>;
  deleteObject(collection: CollectionRow, name: string): Promise<void>;
  createCollection(home: HomeRow, collection: NewCollection): Promise<void>;
  deleteCollection(collection: CollectionRow): Promise<void>;
  /**
   * Makes a collection with the properties and unless `shallow` the members of another. The name must be unmapped, and
   * nothing of what was granted on the other itself is granted on it.
   */
  copyCollection(collection: CollectionRow, place: CollectionPlace): Promise<void>;
  /** Maps a collection to another, unmapped name of its home; its members count as changed. */
  moveCollection(collection: CollectionRow, name: string): Promise<void>;
  changePrincipalProperties(principal: PrincipalRow, changes: PropertyChanges): Promise<void>;
  changeHomeProperties(home: HomeRow, changes: PropertyChanges): Promise<void>;
  changeCollectionProperties(collection: CollectionRow, changes: PropertyChanges): Promise<void>;
  /** What an account stores. */
  findStorage(owner: number): Promise<Storage>;
  /** What was granted on a home. */
  listHomeGrants(home: HomeRow): Promise<readonly Grant[]>;
  /** Replaces all that was granted on a home, and so on its collections, for which it counts as a change of properties. */
  changeHomeGrants(home: HomeRow, grants: readonly NewGrant[]): Promise<void>;
  /** Replaces all that was granted on a collection itself, which counts as a change of its properties. */
  changeGrants(collection: CollectionRow, grants: readonly NewGrant[]): Promise<void>;
  changeObjectProperties(
    collection: CollectionRow,
    object: ObjectRow,
    changes: PropertyChanges,
  ): Promise<void>;

  /** Makes or refreshes a push registration of the user; null when the user has too many. */
  register(
    registration: NewRegistration,
  ): Promise<{ readonly id: string; readonly created: boolean } | null>;
}
