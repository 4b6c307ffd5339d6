import { DavError } from "../errors.ts";
import type { DavRequest } from "./request.ts";

/** Part of a representation: the bytes from `start` up to and without `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The part that a GET asks for with Range (RFC 9110 section 14.2). What is not a single byte range is
 * ignored, which the RFC allows, and so is a range of another state than If-Range names.
 *
 * @param current what is there, `etag` without quotes, `size` in bytes
 * @returns null when the whole is to be sent
 * @throws DavError 416 when the range begins after the end
 */
export function rangeOf(
  request: DavRequest,
  current: { etag: string; size: number; modifiedAt: Date },
): ByteRange | null {
  const found = /^bytes\s*=\s*(\d{0,15})-(\d{0,15})$/i.exec(request.headers["range"]?.trim() ?? "");
  const [, first = "", last = ""] = found ?? [];
  if (first + last === "" || !isSameState(request, current)) return null;
  const { size } = current;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(Number(last) + 1, size);
  if (first !== "" && last !== "" && Number(last) < start) return null;
  if (start >= size) {
    const headers = { "content-range": `bytes */${size}` };
    throw new DavError(416, `there are only ${size} bytes`, { headers });
  }
  return { start, end };
}

/** If-Range (RFC 9110 section 13.1.5): a strong entity tag, or the exact date. */
function isSameState(request: DavRequest, current: { etag: string; modifiedAt: Date }): boolean {
  const condition = request.headers["if-range"]?.trim();
  return (
    condition === undefined ||
    condition === `"${current.etag}"` ||
    condition === current.modifiedAt.toUTCString()
  );
}
