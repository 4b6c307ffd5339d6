import { DavError } from "../errors.ts";
import { parseIf, type StateCondition, type StateList } from "../http/if.ts";
import type { DavRequest } from "../http/request.ts";
import { parseHref, type Path } from "../paths.ts";
import { forbidden } from "../privileges.ts";
import { checkOwnHome, resolve } from "../resolve.ts";
import { isCollection, isHome, isInFiles, isObject, type Resource } from "../resource.ts";
import type { HomeRow, Transaction } from "../store.ts";
import { collectionToken, homeToken } from "../synctoken.ts";
import type { MethodContext } from "./method.ts";

/**
 * Refuses a foreign home and parses the If header, before a lock is taken.
 *
 * @returns what checkIf needs once the lock is held
 */
export function prepareWrite(request: DavRequest, context: MethodContext): StateList[] {
  checkOwnHome(request.path, context.user);
  const header = request.headers["if"];
  return header === undefined ? [] : parseIf(header);
}

/**
 * Locks the home that a path lies in, against every other writer.
 *
 * @throws DavError 403 when there is no such home, as for a foreign one
 */
export async function lockHomeOf(
  tx: Transaction,
  path: Path & { kind: "home" | "collection" | "object" },
): Promise<HomeRow> {
  const home = await tx.lockHome(path.home, path.owner);
  if (home === null) throw forbidden("write", `/dav/${path.home}/`);
  return home;
}

/**
 * Evaluates the If header (RFC 4918 section 10.4): one of the lists must hold in full. State tokens
 * are sync-tokens (RFC 6578 section 5).
 *
 * @throws DavError 412
 */
export async function checkIf(
  tx: Transaction,
  lists: readonly StateList[],
  request: DavRequest,
  context: MethodContext,
): Promise<void> {
  if (lists.length === 0) return;
  for (const { target, conditions } of lists) {
    const path = target === null ? request.path : parseHref(target, context.hosts);
    const resource = path && (await resolve(tx, path));
    if (conditions.every((condition) => holds(condition, resource, context))) return;
  }
  throw new DavError(412, "If: no list of conditions holds");
}

function holds(
  condition: StateCondition,
  resource: Resource | null,
  context: MethodContext,
): boolean {
  const state = resource && stateOf(resource, condition.kind, context);
  return (state !== null && state === condition.value) !== condition.negated;
}

function stateOf(
  resource: Resource,
  kind: StateCondition["kind"],
  context: MethodContext,
): string | null {
  if (kind === "etag") return etagState(resource);
  if (isCollection(resource)) return collectionToken(resource.collection);
  return isHome(resource) ? homeToken(resource.home, context.push.mark) : null;
}

function etagState(resource: Resource): string | null {
  if (isObject(resource)) return `"${resource.object.etag}"`;
  const content = isInFiles(resource) ? resource.file.content : null;
  return content && `"${content.etag}"`;
}
