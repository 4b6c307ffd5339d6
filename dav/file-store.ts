import type { LockedHome } from "./lock-store.ts";
import type { PropertyChanges, Storage, StoredProperties } from "./store.ts";

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
  readonly storage: Storage;
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

/** What becomes a file; a collection when null. */
export type NewContent = { etag: string; contentType: string; data: Uint8Array } | null;

/** Where a new member goes. The name must be unmapped there. */
export interface FilePlace {
  readonly parent: FileRow;
  readonly name: string;
}

/**
 * The files area in storage, as one request sees it. Every change takes the next number of the home. What grows may
 * throw DavError quota-not-exceeded.
 */
export interface FileStore {
  /** Finds a resource and the one above it, in one statement. */
  find(
    owner: string,
    names: readonly string[],
    columns: { readonly data: boolean },
  ): Promise<FoundFile>;
  /** The members of a collection, by name. */
  list(collection: FileRow): Promise<FileRow[]>;

  /** Locks an owner's home of files until the transaction ends; null when there is none. Call it first. */
  lock(owner: string): Promise<LockedHome | null>;
  create(place: FilePlace, content: NewContent, properties: StoredProperties): Promise<void>;
  replace(file: FileRow, content: NonNullable<NewContent>): Promise<void>;
  /** Removes a resource and all that is below it. */
  remove(file: FileRow): Promise<void>;
  /** Copies a resource with its dead properties, and unless `shallow` all that is below it. */
  copy(file: FileRow, place: FilePlace, how: { readonly shallow: boolean }): Promise<void>;
  move(file: FileRow, place: FilePlace): Promise<void>;
  changeProperties(file: FileRow, changes: PropertyChanges): Promise<void>;
}
