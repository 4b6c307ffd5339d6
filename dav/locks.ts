import { violated } from "./errors.ts";
import type { LockPlace, LockRow } from "./lock-store.ts";
import { isInHome, type Path, type PlacePath } from "./paths.ts";
import { el, href, type Element, type Node } from "./xml/element.ts";
import { dav } from "./xml/names.ts";

/** The place of a path in its home; null for what lies in none and cannot be locked. */
export function lockPlaceOf(path: Path): LockPlace | null {
  return isInHome(path) ? placeInHome(path) : null;
}

export function placeInHome(path: PlacePath): LockPlace {
  const { owner } = path;
  switch (path.kind) {
    case "home":
      return { owner, area: path.home, names: [] };
    case "collection":
      return { owner, area: path.home, names: [path.collection] };
    case "object":
      return { owner, area: path.home, names: [path.collection, path.object] };
    case "file":
      return { owner, area: "files", names: path.names };
  }
}

/** What tells the home of a place from others. */
export function homeOf({ area, owner }: LockPlace): string {
  return `${area} ${owner}`;
}

/** Whether a place is the lock's root, or below it and the lock infinite (RFC 4918 section 7.4). */
export function covers(lock: LockRow, place: LockPlace): boolean {
  return isRoot(lock, place) || (lock.infinite && isInside(place, lock.place));
}

/** Whether a place is the lock's root itself. */
export function isRoot({ place: root }: LockRow, place: LockPlace): boolean {
  return root.names.length === place.names.length && isPart(root, place);
}

/** Whether a lock's root lies below a place. */
export function isBelow(lock: LockRow, place: LockPlace): boolean {
  return isInside(lock.place, place);
}

function isInside(below: LockPlace, above: LockPlace): boolean {
  return below.names.length > above.names.length && isPart(above, below);
}

function isPart(beginning: LockPlace, { owner, area, names }: LockPlace): boolean {
  if (beginning.owner !== owner || beginning.area !== area) return false;
  return beginning.names.every((name, index) => name === names[index]);
}

/** The locks that a writing request meets in the homes it changes, and the tokens it submitted. */
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
export function checkLocks(held: HeldLocks, path: Path, effect: Effect = {}): void {
  const place = lockPlaceOf(path);
  if (place === null || held.locks.length === 0) return;
  const below = effect.tree ? held.locks.filter((lock) => isBelow(lock, place)) : [];
  const above = effect.membership ? [{ ...place, names: place.names.slice(0, -1) }] : [];
  const touched = [place, ...below.map((lock) => lock.place), ...above];
  const blocking = touched.flatMap((each) => {
    const locks = held.locks.filter((lock) => covers(lock, each));
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
