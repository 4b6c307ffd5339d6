import {
  formatPath,
  type CollectionPath,
  type HomePath,
  type ObjectPath,
  type PlacePath,
} from "../paths.ts";
import type { StateList } from "../http/if.ts";
import type { DavRequest } from "../http/request.ts";
import type { LockedHome, LockRow } from "../lock-store.ts";
import { homeOf, isBelow, isRoot, placeInHome, type HeldLocks } from "../locks.ts";
import { forbidden } from "../privileges.ts";
import type { HomeRow, Transaction } from "../store.ts";
import { checkIf, submittedTokens } from "./conditions.ts";
import type { MethodContext } from "./method.ts";

/**
 * Locks the home that a path lies in, against every other writer.
 *
 * @throws DavError 403 when there is no such home, as for a foreign one without a grant
 */
export async function lockHomeOf(
  tx: Transaction,
  path: HomePath | CollectionPath | ObjectPath,
): Promise<HomeRow & LockedHome> {
  const home = await tx.lockHome(path.home, path.owner);
  if (home === null) throw forbidden("write", formatPath(path));
  return home;
}

async function lockAny(tx: Transaction, path: PlacePath): Promise<LockedHome> {
  if (path.kind !== "file") return lockHomeOf(tx, path);
  const home = await tx.files.lock(path.owner);
  if (home === null) throw forbidden("write", formatPath(path));
  return home;
}

/**
 * Begins a change: locks the homes against every other writer, reads the WebDAV locks in them, and evaluates
 * the If header.
 *
 * @param paths places in the homes that the request changes
 * @throws DavError 403 when there is no such home, 412 when the If header does not hold
 */
export async function enter(
  tx: Transaction,
  paths: readonly PlacePath[],
  conditions: readonly StateList[],
  request: DavRequest,
  context: MethodContext,
): Promise<HeldLocks> {
  const homes: EnteredHome[] = [];
  for (const path of oneOfEachHome(paths)) homes.push({ path, home: await lockAny(tx, path) });
  return readLocks(tx, homes, conditions, request, context);
}

/** A path in each home, always in one order, so that two requests cannot block each other. */
function oneOfEachHome(paths: readonly PlacePath[]): PlacePath[] {
  const homes = new Map(paths.map((path) => [homeOf(placeInHome(path)), path]));
  return [...homes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}

/** A home that is locked against other writers, and a place in it. */
interface EnteredHome {
  readonly path: PlacePath;
  readonly home: LockedHome;
}

/** The second half of `enter`, for who has locked the homes already. */
export async function readLocks(
  tx: Transaction,
  homes: readonly EnteredHome[],
  conditions: readonly StateList[],
  request: DavRequest,
  context: MethodContext,
): Promise<HeldLocks> {
  const locks: LockRow[] = [];
  for (const { path, home } of homes) {
    const mayHaveLocks = home.lockedUntil !== null && home.lockedUntil > context.now;
    if (mayHaveLocks) locks.push(...(await tx.locks.list(placeInHome(path), context.now)));
  }
  await checkIf(tx, conditions, request, context, locks);
  return { locks, submitted: submittedTokens(conditions), userId: context.user.id };
}

/**
 * Ends the locks below a place that was unmapped or replaced, and those of the place itself unless `keepOwn`
 * (RFC 4918 sections 7.7 and 9.6.1).
 */
export async function endLocks(
  tx: Transaction,
  path: PlacePath,
  { locks }: HeldLocks,
  { keepOwn }: { readonly keepOwn: boolean } = { keepOwn: false },
): Promise<void> {
  const place = placeInHome(path);
  const ended = locks.filter((lock) => isBelow(lock, place) || (!keepOwn && isRoot(lock, place)));
  if (ended.length === 0) return;
  const tokens = ended.map(({ token }) => token);
  await tx.locks.remove(place, tokens);
}
