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

/** Most parts of one answer. */
const MAX_RANGES = 16;

/**
 * The answer to GET or HEAD of what is sent as it is stored: the whole, or the parts that Range names.
 *
 * @throws DavError 416 when all ranges begin after the end
 */
export function storedAnswer(
  request: DavRequest,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  current: Stored,
): DavResponse {
  const whole = { status: 200, headers: { ...headers, "accept-ranges": "bytes" }, body };
  // Only of GET it is said what a range is (RFC 9110 section 14.2).
  const ranges = request.method === "GET" ? rangesOf(request, body.length, current) : null;
  const [only, ...others] = ranges ?? [];
  if (only === undefined) return whole;
  if (others.length > 0) return multipart(whole, [only, ...others], current);
  return {
    status: 206,
    headers: { ...whole.headers, "content-range": contentRange(only, body.length) },
    body: body.subarray(only.start, only.end),
  };
}

function contentRange({ start, end }: ByteRange, size: number): string {
  return `bytes ${start}-${end - 1}/${size}`;
}

/** Several parts (RFC 9110 section 14.6). The entity tag divides them: it is a hash of the bytes, and so not among them. */
function multipart(
  { headers, body }: { headers: Readonly<Record<string, string>>; body: Buffer },
  ranges: readonly ByteRange[],
  { etag }: Stored,
): DavResponse {
  const type = headers["content-type"];
  const parts = ranges.flatMap((range) => {
    const lines = [
      `--${etag}`,
      ...(type === undefined ? [] : [`Content-Type: ${type}`]),
      `Content-Range: ${contentRange(range, body.length)}`,
    ];
    const head = `${lines.join("\r\n")}\r\n\r\n`;
    return [Buffer.from(head), body.subarray(range.start, range.end), Buffer.from("\r\n")];
  });
  return {
    status: 206,
    headers: { ...headers, "content-type": `multipart/byteranges; boundary="${etag}"` },
    body: Buffer.concat([...parts, Buffer.from(`--${etag}--\r\n`)]),
  };
}

/**
 * The parts that a GET asks for with Range (RFC 9110 section 14.2). What is no list of byte ranges is ignored, which the
 * RFC allows, and so are many ranges, several that overlap or make up the whole, and those of another state than
 * If-Range names.
 *
 * @param size in bytes
 * @returns null when the whole is to be sent
 */
function rangesOf(request: DavRequest, size: number, current: Stored): readonly ByteRange[] | null {
  const [, list = ""] = /^bytes\s*=(.*)$/i.exec(request.headers["range"]?.trim() ?? "") ?? [];
  const given = list.split(",").map((part) => rangeIn(part.trim(), size));
  const ranges = given.filter((range) => range !== null);
  if (ranges.length < given.length || ranges.length > MAX_RANGES) return null;
  if (!isSameState(request, current)) return null;
  const satisfiable = ranges.filter(({ start }) => start < size);
  if (satisfiable.length === 0) {
    const headers = { "content-range": `bytes */${size}` };
    throw new DavError(416, `there are only ${size} bytes`, { headers });
  }
  const bytes = satisfiable.reduce((sum, { start, end }) => sum + end - start, 0);
  return satisfiable.length > 1 && bytes >= size ? null : satisfiable;
}

/** One range of the list; null when it is none. */
function rangeIn(text: string, size: number): ByteRange | null {
  const [, first = "", last = ""] = /^(\d{0,15})-(\d{0,15})$/.exec(text) ?? [];
  if (first + last === "") return null;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(Number(last) + 1, size);
  return first !== "" && last !== "" && Number(last) < start ? null : { start, end };
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
