import type { FileContent, FileRow } from "../../file-store.ts";
import { isNotModified } from "../../http/preconditions.ts";
import { rangeOf } from "../../http/range.ts";
import type { DavRequest, DavResponse } from "../../http/request.ts";

/** What keeps a stored page from acting as a page of this server when a browser shows it. */
const HARMLESS = {
  "content-security-policy": "sandbox; default-src 'none'",
  "x-content-type-options": "nosniff",
};

/** The answer to GET or HEAD of a file, or of the part that a Range header names. */
export function fileAnswer(
  request: DavRequest,
  content: FileContent,
  { modifiedAt }: FileRow,
): DavResponse {
  const { etag, size, contentType } = content;
  const headers = {
    etag: `"${etag}"`,
    "last-modified": modifiedAt.toUTCString(),
    "cache-control": "private, no-cache",
    "accept-ranges": "bytes",
    ...HARMLESS,
  };
  if (isNotModified(request, { etag, modifiedAt })) return { status: 304, headers };
  const body = content.data ?? Buffer.alloc(0);
  const whole = { status: 200, headers: { ...headers, "content-type": contentType }, body };
  const range = rangeOf(request, { etag, size, modifiedAt });
  if (range === null) return whole;
  const { start, end } = range;
  return {
    status: 206,
    headers: { ...whole.headers, "content-range": `bytes ${start}-${end - 1}/${size}` },
    body: body.subarray(start, end),
  };
}
