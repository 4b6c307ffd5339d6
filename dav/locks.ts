import { violated } from "./errors.ts";
import type { LockPlace, LockRow } from "./lock-store.ts";
import { isInHome, type Path } from "./paths.ts";
import { el, href, type Element, type Node } from "./xml/element.ts";
import { dav } from "./xml/names.ts";

/** The place of a path in its home; null for what lies in none and cannot be locked. */
export function lockPlaceOf(path: Path): LockPlace | null {
  if (!isInHome(path)) return null;
  if (path.kind === "file") return { owner: path.owner, area: "files", names: path.names };
  const home = { owner: path.owner, area: path.home };
  switch (path.kind) {
    case "home":
      return { ...home, names: [] };
    case "collection":
      return { ...home, names: [path.collection] };
    case "object":
      return { ...home, names: [path.collection, path.object] };
  }
}

/** Whether a place is the lock's root, or below it and the lock infinite (RFC 4918 section 7.4). */
export function covers(lock: LockRow, names: readonly string[]): boolean {
  const { names: root, infinite } = lock;
  return (
    (infinite ? names.length >= root.length : names.length === root.length) && isPart(root, names)
  );
}

/** Whether a lock's root lies below a place. */
export function isBelow(lock: LockRow, names: readonly string[]): boolean {
  return lock.names.length > names.length && isPart(names, lock.names);
}

function isPart(beginning: readonly string[], names: readonly string[]): boolean {
  return beginning.every((name, index) => name === names[index]);
}

/** The locks that a writing request meets in a home, and the tokens it submitted. */
export interface HeldLocks {
  readonly locks: readonly LockRow[];
  readonly submitted: ReadonlySet<string>;
  readonly userId: number;
}

/** Whether a request may act on a lock: its user made the lock and submitted the token. */
export function isSubmitted({ submitted, userId }: HeldLocks, lock: LockRow): boolean {
  return submitted.has(lock.token) && lock.creatorId === userId;
}

/** What a change touches besides the resource itself. */
export interface Effect {
  /** All that is below it, too. */
  readonly tree?: boolean;
  /** The collection above, which gains or loses a member. */
  readonly membership?: boolean;
}

/**
 * Refuses a change of what is locked, unless a token of a lock on it was submitted (RFC 4918 section 7.5).
 *
 * @throws DavError 423 lock-token-submitted, with the roots of the locks
 */
export function checkLocks(held: HeldLocks, names: readonly string[], effect: Effect = {}): void {
  const below = effect.tree ? held.locks.filter((lock) => isBelow(lock, names)) : [];
  const above = effect.membership ? [names.slice(0, -1)] : [];
  const blocking = [names, ...below.map((lock) => lock.names), ...above].flatMap((place) => {
    const locks = held.locks.filter((lock) => covers(lock, place));
    return locks.some((lock) => isSubmitted(held, lock)) ? [] : locks;
  });
  if (blocking.length === 0) return;
  const roots = [...new Set(blocking.map((lock) => lock.href))];
  throw violated("lock-token-submitted", "this is locked", roots.map(href));
}

/** DAV:activelock (RFC 4918 section 14.1). */
export function activeLock(lock: LockRow, now: Date): Element {
  const seconds = Math.max(0, Math.round((lock.expiresAt.getTime() - now.getTime()) / 1000));
  const owner: Node[] = lock.owner === null ? [] : [{ raw: lock.owner }];
  return el(dav("activelock"), [
    ...lockEntry(lock.exclusive),
    el(dav("depth"), [lock.infinite ? "infinity" : "0"]),
    ...owner,
    el(dav("timeout"), [`Second-${seconds}`]),
    el(dav("locktoken"), [href(lock.token)]),
    el(dav("lockroot"), [href(lock.href)]),
  ]);
}

/** Scope and type, as activelock and lockentry have them. */
export function lockEntry(exclusive: boolean): Element[] {
  return [
    el(dav("lockscope"), [el(dav(exclusive ? "exclusive" : "shared"))]),
    el(dav("locktype"), [el(dav("write"))]),
  ];
}
