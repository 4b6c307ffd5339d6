import { DavError } from "../errors.ts";
import type { DavRequest } from "./request.ts";

/** What stands at a URL, as far as conditional headers ask. `etag` is without quotes. */
export interface CurrentState {
  readonly etag: string;
  readonly modifiedAt: Date;
}

/**
 * Checks If-Match, If-None-Match and If-Unmodified-Since (RFC 9110 section 13) for a writing request.
 *
 * @param current null when nothing is mapped
 * @throws DavError 412
 */
export function checkWrite(request: DavRequest, current: CurrentState | null): void {
  const { "if-match": ifMatch, "if-none-match": ifNoneMatch } = request.headers;
  if (ifMatch !== undefined && !matchesAny(ifMatch, current?.etag)) {
    throw new DavError(412, "If-Match: the resource has another state");
  }
  if (ifNoneMatch !== undefined && matchesAny(ifNoneMatch, current?.etag)) {
    throw new DavError(412, "If-None-Match: the resource exists");
  }
  const since = Date.parse(request.headers["if-unmodified-since"] ?? "");
  if (ifMatch === undefined && current !== null && modifiedAfter(current, since)) {
    throw new DavError(412, "If-Unmodified-Since: the resource was changed");
  }
}

/** Whether a conditional GET or HEAD may be answered 304 (RFC 9110 sections 13.1.2 and 13.1.3). */
export function isNotModified(request: DavRequest, current: CurrentState): boolean {
  const ifNoneMatch = request.headers["if-none-match"];
  if (ifNoneMatch !== undefined) return matchesAny(ifNoneMatch, current.etag);
  const since = Date.parse(request.headers["if-modified-since"] ?? "");
  return !Number.isNaN(since) && !modifiedAfter(current, since);
}

/** HTTP dates have whole seconds. */
function modifiedAfter(current: CurrentState, since: number): boolean {
  return Math.floor(current.modifiedAt.getTime() / 1000) * 1000 > since;
}

/**
 * COMPAT(Evolution): quotes may come escaped, `\"etag\"` (sabre/dav Server.php). Weak tags are
 * compared by value: a byte-for-byte server has no weaker state than its strong one.
 */
function matchesAny(header: string, etag: string | undefined): boolean {
  if (etag === undefined) return false;
  if (header.trim() === "*") return true;
  return header.split(",").some((given) => unquote(given) === etag);
}

function unquote(given: string): string {
  return given
    .trim()
    .replace(/^W\//, "")
    .replaceAll("\\", "")
    .replace(/^"(.*)"$/, "$1");
}
