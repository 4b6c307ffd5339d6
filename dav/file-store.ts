import type { LockedHome } from "./lock-store.ts";
import type { Grant, NewGrant, PropertyChanges, StoredProperties } from "./store.ts";

/** A resource of the files area: a file, a plain collection, or the home they all lie in. */
export interface FileRow {
  readonly owner: { readonly id: number; readonly name: string; readonly displayName: string };
  /** The names from the home down; none for the home itself. */
  readonly names: readonly string[];
  readonly id: number;
  /** The home's counter at the last change of this resource. */
  readonly seq: number;
  /** Null for a collection. */
  readonly content: FileContent | null;
  readonly properties: StoredProperties;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  /** The home that it lies in, with its counter. */
  readonly home: { readonly uuid: string; readonly seq: number };
  /** Local names of the privileges that whoever asks was granted on it or on what is above; null for the owner. */
  readonly granted: readonly string[] | null;
  /** What was granted to whom; present only when asked for. */
  readonly grants?: readonly FileGrant[];
}

/** A grant on a resource of the files area, or on one above it. */
export interface FileGrant extends Omit<Grant, "inherited"> {
  /** How many levels above: 0 where it was granted on the resource itself. */
  readonly above: number;
}

export interface FileContent {
  /** Without quotes. */
  readonly etag: string;
  readonly contentType: string;
  /** Bytes. */
  readonly size: number;
  /** The stored bytes; present only when asked for. */
  readonly data?: Buffer;
}

/** What stands at a place, and the resource above it; either may be missing. */
export interface FoundFile {
  readonly parent: FileRow | null;
  readonly file: FileRow | null;
}

/** A resource below a collection that changed: `file` is null when it was removed. */
export interface FileChange {
  /** The names from the home down. */
  readonly names: readonly string[];
  readonly seq: number;
  readonly file: FileRow | null;
  /** Whether it is a collection, or was one. */
  readonly isCollection: boolean;
}

/** What becomes a file; a collection when null. */
export type NewContent = { etag: string; contentType: string; data: Uint8Array } | null;

/** Where a new member goes. The name must be unmapped there. */
export interface FilePlace {
  readonly parent: FileRow;
  readonly name: string;
}

/**
 * The files area in storage, as one request of one user sees it: what belongs to another is not there unless something was
 * granted on it or above it. Every change takes the next number of the home. What grows may
 * throw DavError quota-not-exceeded.
 */
export interface FileStore {
  /** Finds a resource and the one above it, in one statement. */
  find(
    owner: string,
    names: readonly string[],
    columns: { readonly data: boolean },
  ): Promise<FoundFile>;
  /** Whether anything was granted to whoever asks on a place of another, or above it. */
  isGranted(owner: string, names: readonly string[]): Promise<boolean>;
  /** What was granted on each of the resources of one owner or above them, by the resource's id. */
  listGrants(files: readonly FileRow[]): Promise<ReadonlyMap<number, readonly FileGrant[]>>;
  /** The members of a collection, by name. */
  list(collection: FileRow): Promise<FileRow[]>;

  /**
   * What is below a collection and changed in (`since`, `home.seq`], in order of seq; at most `limit`, with `deep` on all
   * levels. Nothing removed when `since` is 0.
   */
  changed(
    collection: FileRow,
    page: { readonly since: number; readonly limit: number; readonly deep: boolean },
  ): Promise<FileChange[]>;

  /** Locks an owner's home of files until the transaction ends; null when there is none. Call it first. */
  lock(owner: string): Promise<LockedHome | null>;
  create(place: FilePlace, content: NewContent, properties: StoredProperties): Promise<void>;
  replace(file: FileRow, content: NonNullable<NewContent>): Promise<void>;
  /** Removes a resource and all that is below it. */
  remove(file: FileRow): Promise<void>;
  /** Copies a resource, perhaps of another owner, with its dead properties, and unless `shallow` all that is below it. */
  copy(file: FileRow, place: FilePlace, how: { readonly shallow: boolean }): Promise<void>;
  /** Moves a resource to another place of its home. */
  move(file: FileRow, place: FilePlace): Promise<void>;
  /** Replaces all that was granted on a resource itself. */
  changeGrants(file: FileRow, grants: readonly NewGrant[]): Promise<void>;
  changeProperties(file: FileRow, changes: PropertyChanges): Promise<void>;
}
