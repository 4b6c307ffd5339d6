import { DavError } from "../errors.ts";
import type { DavRequest } from "./request.ts";

/** What stands at a URL, as far as conditional headers ask. */
export interface CurrentState {
  /** Without quotes; null for what has none, as a collection. */
  readonly etag: string | null;
  /** Null where no date is kept. */
  readonly modifiedAt: Date | null;
}

/**
 * Checks If-Match, If-None-Match and If-Unmodified-Since (RFC 9110 section 13) for a writing request.
 *
 * @param current null when nothing is mapped
 * @throws DavError 412
 */
export function checkWrite(request: DavRequest, current: CurrentState | null): void {
  checkUnchanged(request, current);
  const ifNoneMatch = request.headers["if-none-match"];
  if (ifNoneMatch !== undefined && matchesAny(ifNoneMatch, current)) {
    throw new DavError(412, "If-None-Match: the resource exists");
  }
}

/** If-Match, and where it is absent If-Unmodified-Since (RFC 9110 section 13.2.2). */
function checkUnchanged({ headers }: DavRequest, current: CurrentState | null): void {
  const ifMatch = headers["if-match"];
  if (ifMatch !== undefined) {
    if (matchesAny(ifMatch, current)) return;
    throw new DavError(412, "If-Match: the resource has another state");
  }
  if (
    current !== null &&
    modifiedAfter(current, Date.parse(headers["if-unmodified-since"] ?? ""))
  ) {
    throw new DavError(412, "If-Unmodified-Since: the resource was changed");
  }
}

/**
 * Whether a conditional GET or HEAD may be answered 304 (RFC 9110 sections 13.1.2 and 13.1.3).
 *
 * @throws DavError 412 when If-Match or If-Unmodified-Since does not hold
 */
export function isNotModified(request: DavRequest, current: CurrentState): boolean {
  checkUnchanged(request, current);
  const ifNoneMatch = request.headers["if-none-match"];
  if (ifNoneMatch !== undefined) return matchesAny(ifNoneMatch, current);
  const since = Date.parse(request.headers["if-modified-since"] ?? "");
  return !Number.isNaN(since) && !modifiedAfter(current, since);
}

/** HTTP dates have whole seconds. */
function modifiedAfter({ modifiedAt }: CurrentState, since: number): boolean {
  return modifiedAt !== null && Math.floor(modifiedAt.getTime() / 1000) * 1000 > since;
}

/**
 * COMPAT(Evolution): quotes may come escaped, `\"etag\"` (sabre/dav Server.php). Weak tags are
 * compared by value: a byte-for-byte server has no weaker state than its strong one.
 */
function matchesAny(header: string, current: CurrentState | null): boolean {
  if (current === null) return false;
  if (header.trim() === "*") return true;
  return header.split(",").some((given) => unquote(given) === current.etag);
}

function unquote(given: string): string {
  return given
    .trim()
    .replace(/^W\//, "")
    .replaceAll("\\", "")
    .replace(/^"(.*)"$/, "$1");
}
