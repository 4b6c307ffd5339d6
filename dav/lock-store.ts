import type { HomeKind } from "./store.ts";

/** The homes of a principal that can hold locks. */
export type Area = HomeKind | "files";

/** A place in a home, mapped or not: the names from the home down. */
export interface LockPlace {
  /** Name of the principal whose home it is. */
  readonly owner: string;
  readonly area: Area;
  readonly names: readonly string[];
}

/** A write lock (RFC 4918 section 6). */
export interface NewLock {
  /** The lock root as it stands in answers. */
  readonly href: string;
  /** Whether it is a lock of all that is below its root, too (Depth infinity). */
  readonly infinite: boolean;
  readonly exclusive: boolean;
  /** Id of the principal who asked for it. */
  readonly creatorId: number;
  /** The DAV:owner element as the client wrote it, serialized. */
  readonly owner: string | null;
  readonly expiresAt: Date;
}

export interface LockRow extends NewLock {
  /** The token as a URI. */
  readonly token: string;
  /** The lock root. */
  readonly place: LockPlace;
}

/** A home that this transaction has locked against other writers. */
export interface LockedHome {
  /** When the last of its WebDAV locks will have expired; null when there never was one. */
  readonly lockedUntil: Date | null;
}

/** The locks of homes in storage. Change them only with the home locked against other writers. */
export interface LockStore {
  /** The locks of a home that have not expired by `now`. */
  list(home: Omit<LockPlace, "names">, now: Date): Promise<LockRow[]>;
  /** Makes a lock, and forgets those of the home that expired by `now`. */
  create(place: LockPlace, lock: NewLock, now: Date): Promise<LockRow>;
  refresh(place: LockPlace, token: string, expiresAt: Date): Promise<void>;
  remove(place: LockPlace, tokens: readonly string[]): Promise<void>;
}
