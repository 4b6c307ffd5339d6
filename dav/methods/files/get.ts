import type { FileContent, FileRow } from "../../file-store.ts";
import { isNotModified } from "../../http/preconditions.ts";
import { storedAnswer } from "../../http/range.ts";
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
  const { etag, contentType } = content;
  const headers = {
    etag: `"${etag}"`,
    "last-modified": modifiedAt.toUTCString(),
    "cache-control": "private, no-cache",
    ...HARMLESS,
  };
  if (isNotModified(request, { etag, modifiedAt })) return { status: 304, headers };
  const body = content.data ?? Buffer.alloc(0);
  const typed = { ...headers, "content-type": contentType };
  return storedAnswer(request, typed, body, { etag, modifiedAt });
}
