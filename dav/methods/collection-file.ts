import { DavError } from "../errors.ts";
import { isNotModified } from "../http/preconditions.ts";
import type { DavRequest, DavResponse } from "../http/request.ts";
import type { CollectionRow, Transaction } from "../store.ts";
import { decodeText } from "../text.ts";
import type { MethodContext } from "./method.ts";

/** The form of a file that holds all of a collection. */
export interface FileForm {
  readonly contentType: string;
  /** What answers about the same state may differ by. */
  readonly vary: string;
  /** Told of the entity tag, so that no two forms share one; empty for the default form. */
  readonly mark: string;
  /** Most bytes of objects: a whole collection is read and written in one piece, while nothing else is done. */
  readonly maxBytes: number;
  readonly write: (texts: readonly string[]) => string;
}

/**
 * A whole collection in one file. Its entity tag is the number of its last change, as that of its sync-token.
 *
 * @throws DavError 403 when it is too large for that
 */
export async function collectionFile(
  tx: Transaction,
  request: DavRequest,
  collection: CollectionRow,
  form: FileForm,
  { now }: MethodContext,
): Promise<DavResponse> {
  const current = { etag: `${collection.uuid}-${collection.seq}${form.mark}`, modifiedAt: now };
  const headers = {
    etag: `"${current.etag}"`,
    vary: form.vary,
    "cache-control": "private, no-cache",
  };
  const asked = request.headers["if-none-match"] !== undefined;
  if (asked && isNotModified(request, current)) return { status: 304, headers };
  const answer = { status: 200, headers: { ...headers, "content-type": form.contentType } };
  if (request.method === "HEAD") return answer;
  return { ...answer, body: form.write(await readTexts(tx, collection, form.maxBytes)) };
}

async function readTexts(
  tx: Transaction,
  collection: CollectionRow,
  most: number,
): Promise<string[]> {
  const sizes = await tx.listObjects(collection, { data: false });
  if (sizes.reduce((sum, { size }) => sum + size, 0) > most) {
    throw new DavError(403, "this collection is too large for one file; synchronize it instead");
  }
  const objects = await tx.listObjects(collection, { data: true });
  return objects.map(({ data }) => decodeText(data ?? Buffer.alloc(0)).text);
}
