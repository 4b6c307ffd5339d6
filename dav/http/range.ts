import { DavError } from "../errors.ts";
import type { DavRequest, DavResponse } from "./request.ts";

/** Part of a representation: the bytes from `start` up to and without `end`. */
interface ByteRange {
  readonly start: number;
  readonly end: number;
}

interface Stored {
  /** Without quotes. */
  readonly etag: string;
  readonly modifiedAt: Date | null;
}

/**
 * The answer to GET or HEAD of what is sent as it is stored: the whole, or the part that Range names.
 *
 * @throws DavError 416 when the range begins after the end
 */
export function storedAnswer(
  request: DavRequest,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  current: Stored,
): DavResponse {
  const whole = { status: 200, headers: { ...headers, "accept-ranges": "bytes" }, body };
  const size = body.length;
  // Only of GET it is said what a range is (RFC 9110 section 14.2).
  const range = request.method === "GET" ? rangeOf(request, size, current) : null;
  if (range === null) return whole;
  const { start, end } = range;
  return {
    status: 206,
    headers: { ...whole.headers, "content-range": `bytes ${start}-${end - 1}/${size}` },
    body: body.subarray(start, end),
  };
}

/**
 * The part that a GET asks for with Range (RFC 9110 section 14.2). What is not a single byte range is
 * ignored, which the RFC allows, and so is a range of another state than If-Range names.
 *
 * @param size in bytes
 * @returns null when the whole is to be sent
 */
function rangeOf(request: DavRequest, size: number, current: Stored): ByteRange | null {
  const found = /^bytes\s*=\s*(\d{0,15})-(\d{0,15})$/i.exec(request.headers["range"]?.trim() ?? "");
  const [, first = "", last = ""] = found ?? [];
  if (first + last === "" || !isSameState(request, current)) return null;
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
function isSameState(request: DavRequest, current: Stored): boolean {
  const condition = request.headers["if-range"]?.trim();
  return (
    condition === undefined ||
    condition === `"${current.etag}"` ||
    condition === current.modifiedAt?.toUTCString()
  );
}
