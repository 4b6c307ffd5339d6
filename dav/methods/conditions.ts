import { DavError } from "../errors.ts";
import { parseIf, type StateCondition, type StateList } from "../http/if.ts";
import type { DavRequest } from "../http/request.ts";
import type { LockRow } from "../lock-store.ts";
import { covers, lockPlaceOf } from "../locks.ts";
import { parseHref, type Path } from "../paths.ts";
import { privilegesOn } from "../privileges.ts";
import { resolve } from "../resolve.ts";
import { isCollection, isFileCollection, isHome, isInFiles, type Resource } from "../resource.ts";
import type { Transaction } from "../store.ts";
import { collectionToken, fileToken, homeToken } from "../synctoken.ts";
import type { MethodContext, Work } from "./method.ts";

/**
 * Parses the If header, before a connection or lock is taken.
 *
 * @returns what checkIf needs; nothing when there is no such header
 */
export function prepareIf(request: DavRequest): StateList[] {
  const header = request.headers["if"];
  return header === undefined ? [] : parseIf(header);
}

/** Work that only reads, with the If header evaluated before: it may stand on any request. */
export function readingIf(work: Work, request: DavRequest, context: MethodContext): Work {
  const conditions = prepareIf(request);
  if (work.mode === "write" || conditions.length === 0) return work;
  return {
    ...work,
    run: async (tx) => {
      const place = lockPlaceOf(request.path);
      const locks = place === null ? [] : await tx.locks.list(place, context.now);
      await checkIf(tx, conditions, request, context, locks);
      return work.run(tx);
    },
  };
}

/** RFC 4918 section 10.4.1: a token is submitted by standing anywhere in the If header. */
export function submittedTokens(lists: readonly StateList[]): Set<string> {
  const conditions = lists.flatMap((list) => list.conditions);
  return new Set(conditions.filter(({ kind }) => kind === "token").map(({ value }) => value));
}

/**
 * Evaluates the If header (RFC 4918 section 10.4): one of the lists must hold in full. State tokens
 * are those of locks, and sync-tokens (RFC 6578 section 5).
 *
 * @param locks those of the homes that the request is about
 * @throws DavError 412
 */
export async function checkIf(
  tx: Transaction,
  lists: readonly StateList[],
  request: DavRequest,
  context: MethodContext,
  locks: readonly LockRow[],
): Promise<void> {
  if (lists.length === 0) return;
  for (const { target, conditions } of lists) {
    const path = target === null ? request.path : parseHref(target, context.hosts);
    const states = await statesOf(tx, path, context, locks);
    if (conditions.every((condition) => holds(condition, states))) return;
  }
  throw new DavError(412, "If: no list of conditions holds");
}

type States = Readonly<Record<StateCondition["kind"], readonly string[]>>;

function holds({ kind, value, negated }: StateCondition, states: States): boolean {
  return states[kind].includes(value) !== negated;
}

/** What a condition can match on a resource. To who may not read it, a resource has no state. */
async function statesOf(
  tx: Transaction,
  path: Path | null,
  context: MethodContext,
  locks: readonly LockRow[],
): Promise<States> {
  const resource = path && (await resolve(tx, path));
  const isReadable = resource !== null && privilegesOn(resource, context.user.id).has("read");
  return {
    etag: isReadable ? etagsOf(resource) : [],
    token: [...(isReadable ? syncTokensOf(resource, context) : []), ...lockTokensOn(path, locks)],
  };
}

function etagsOf(resource: Resource): string[] {
  if ("object" in resource) return [`"${resource.object.etag}"`];
  const content = isInFiles(resource) ? resource.file.content : null;
  return content === null ? [] : [`"${content.etag}"`];
}

function syncTokensOf(resource: Resource, { push }: MethodContext): string[] {
  if (isCollection(resource)) return [collectionToken(resource.collection)];
  if (isFileCollection(resource)) return [fileToken(resource.file)];
  return isHome(resource) ? [homeToken(resource.home, push.mark)] : [];
}

function lockTokensOn(path: Path | null, locks: readonly LockRow[]): string[] {
  const place = path && lockPlaceOf(path);
  if (place === null) return [];
  return locks.filter((lock) => covers(lock, place)).map(({ token }) => token);
}
