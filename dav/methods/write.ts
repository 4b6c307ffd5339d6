import { DavError } from "../errors.ts";
import { parseIf, type StateCondition, type StateList } from "../http/if.ts";
import type { DavRequest } from "../http/request.ts";
import type { LockPlace, LockRow } from "../lock-store.ts";
import { covers, lockPlaceOf, type HeldLocks } from "../locks.ts";
import { formatPath, parseHref, type Path } from "../paths.ts";
import { forbidden } from "../privileges.ts";
import { resolve } from "../resolve.ts";
import { isCollection, isHome, isInFiles, isObject, type Resource } from "../resource.ts";
import type { HomeRow, Transaction } from "../store.ts";
import { collectionToken, homeToken } from "../synctoken.ts";
import type { MethodContext } from "./method.ts";

/**
 * Parses the If header, before a lock is taken.
 *
 * @returns what checkIf needs once the lock is held
 */
export function prepareWrite(request: DavRequest): StateList[] {
  const header = request.headers["if"];
  return header === undefined ? [] : parseIf(header);
}

/**
 * Locks the home that a path lies in, against every other writer.
 *
 * @throws DavError 403 when there is no such home, as for a foreign one without a grant
 */
export async function lockHomeOf(
  tx: Transaction,
  path: Path & { kind: "home" | "collection" | "object" },
): Promise<HomeRow> {
  const home = await tx.lockHome(path.home, path.owner);
  if (home === null) throw forbidden("write", `/dav/${path.home}/`);
  return home;
}

/** Locks the homes of source and destination, always in one order, so that two requests cannot block each other. */
export async function lockHomesOf(
  tx: Transaction,
  paths: readonly (Path & { kind: "object" })[],
): Promise<void> {
  const homes = new Map(paths.map((path) => [formatPath({ ...path, kind: "home" }), path]));
  for (const [, path] of [...homes].sort(([a], [b]) => (a < b ? -1 : 1)))
    await lockHomeOf(tx, path);
}

/**
 * Begins a change where WebDAV locks may be: locks the home against every other writer, reads its locks, and
 * evaluates the If header.
 *
 * @throws DavError 403 when there is no such home, 412 when the If header does not hold
 */
export async function enter(
  tx: Transaction,
  place: LockPlace,
  conditions: readonly StateList[],
  request: DavRequest,
  context: MethodContext,
): Promise<HeldLocks> {
  const { area, owner } = place;
  const isThere =
    area === "files" ? await tx.files.lock(owner) : (await tx.lockHome(area, owner)) !== null;
  if (!isThere) throw forbidden("write", `/dav/${area}/`);
  const locks = await tx.locks.list(place, context.now);
  await checkIf(tx, conditions, request, context, locks);
  return { locks, submitted: submittedTokens(conditions), userId: context.user.id };
}

/** RFC 4918 section 10.4.1: a token is submitted by standing anywhere in the If header. */
function submittedTokens(lists: readonly StateList[]): Set<string> {
  const conditions = lists.flatMap((list) => list.conditions);
  return new Set(conditions.filter(({ kind }) => kind === "token").map(({ value }) => value));
}

/**
 * Evaluates the If header (RFC 4918 section 10.4): one of the lists must hold in full. State tokens
 * are those of locks, and sync-tokens (RFC 6578 section 5).
 *
 * @param locks those of the home that the request changes
 * @throws DavError 412
 */
export async function checkIf(
  tx: Transaction,
  lists: readonly StateList[],
  request: DavRequest,
  context: MethodContext,
  locks: readonly LockRow[] = [],
): Promise<void> {
  if (lists.length === 0) return;
  for (const { target, conditions } of lists) {
    const path = target === null ? request.path : parseHref(target, context.hosts);
    const resource = path && (await resolve(tx, path));
    const states = {
      etag: etagsOf(resource),
      token: [...syncTokensOf(resource, context), ...lockTokensOn(path, request.path, locks)],
    };
    if (conditions.every((condition) => holds(condition, states))) return;
  }
  throw new DavError(412, "If: no list of conditions holds");
}

type States = Readonly<Record<StateCondition["kind"], readonly string[]>>;

function holds({ kind, value, negated }: StateCondition, states: States): boolean {
  return states[kind].includes(value) !== negated;
}

function etagsOf(resource: Resource | null): string[] {
  if (resource === null) return [];
  if (isObject(resource)) return [`"${resource.object.etag}"`];
  const content = isInFiles(resource) ? resource.file.content : null;
  return content === null ? [] : [`"${content.etag}"`];
}

function syncTokensOf(resource: Resource | null, { push }: MethodContext): string[] {
  if (resource === null) return [];
  if (isCollection(resource)) return [collectionToken(resource.collection)];
  return isHome(resource) ? [homeToken(resource.home, push.mark)] : [];
}

/** The tokens of the locks on a place, if it lies in the home that the locks are from. */
function lockTokensOn(path: Path | null, within: Path, locks: readonly LockRow[]): string[] {
  const place = path && lockPlaceOf(path);
  const home = lockPlaceOf(within);
  if (place === null || place.area !== home?.area || place.owner !== home.owner) return [];
  return locks.filter((lock) => covers(lock, place.names)).map(({ token }) => token);
}
