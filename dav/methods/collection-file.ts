import { DavError } from "../errors.ts";
import { isNotModified } from "../http/preconditions.ts";
import type { DavRequest, DavResponse, Part } from "../http/request.ts";
import type { FileWriter } from "../icalendar/index.ts";
import { stillReadable } from "../object-responses.ts";
import { PORTION } from "../read-objects.ts";
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
  /** Most bytes of objects where the file is written in one piece, while nothing else is done; null where it is in parts. */
  readonly maxBytes: number | null;
  readonly writer: FileWriter;
}

/** Writes a file in one piece. */
export function inOnePiece(write: (texts: readonly string[]) => string): FileWriter {
  const all: string[] = [];
  return {
    start: "",
    next: (texts) => {
      all.push(...texts);
      return "";
    },
    end: () => write(all),
  };
}

/**
 * A whole collection in one file. Its entity tag is the number of its last change, as that of its sync-token. It is weak:
 * what changes while the file is read may be in it already.
 *
 * @throws DavError 403 when it is too large for that
 */
export async function collectionFile(
  tx: Transaction,
  request: DavRequest,
  collection: CollectionRow,
  form: FileForm,
  context: MethodContext,
): Promise<DavResponse> {
  const etag = `${collection.uuid}-${collection.seq}${form.mark}`;
  const headers = {
    etag: `W/"${etag}"`,
    vary: form.vary,
    "cache-control": "private, no-cache",
  };
  const asked = request.headers["if-none-match"] !== undefined;
  if (asked && isNotModified(request, { etag, modifiedAt: context.now })) {
    return { status: 304, headers };
  }
  const answer = { status: 200, headers: { ...headers, "content-type": form.contentType } };
  if (request.method === "HEAD") return answer;
  return { ...answer, ...(await firstPart(tx, { collection, context, ...form })) };
}

interface File extends Pick<FileForm, "writer" | "maxBytes"> {
  readonly collection: CollectionRow;
  readonly context: MethodContext;
}

/** The whole file if it is short or cannot be written otherwise, else its beginning. */
async function firstPart(tx: Transaction, file: File): Promise<Part> {
  const { writer, maxBytes } = file;
  const written: Buffer[] = [Buffer.from(writer.start)];
  let size = 0;
  let part = await writeMembers(tx, file, "");
  for (; part.last !== null; part = await writeMembers(tx, file, part.last)) {
    written.push(part.body);
    size += part.size;
    if (maxBytes === null) {
      if (size >= PORTION) return { body: Buffer.concat(written), rest: rest(file, part.last) };
    } else if (size > maxBytes) {
      throw new DavError(403, "this collection is too large for one file; synchronize it instead");
    }
  }
  return { body: Buffer.concat([...written, part.body]), rest: null };
}

function rest(file: File, after: string): Part["rest"] {
  return async (tx) => {
    await stillReadable(tx, file.collection, file.context);
    const { body, last } = await writeMembers(tx, file, after);
    return { body, rest: last === null ? null : rest(file, last) };
  };
}

/** Members and bytes of them that are written at a time: where they are converted, this takes up to a quarter of a second. */
const PAGE = { limit: 2000, bytes: 2 ** 18 };

/** Writes the members that come after a name: the last one and the size of all, or the end of the file if there are none. */
async function writeMembers(
  tx: Transaction,
  { collection, writer }: File,
  after: string,
): Promise<{ body: Buffer; last: string | null; size: number }> {
  const members = await tx.listObjects(collection, { after, ...PAGE }, { data: true });
  const last = members.at(-1)?.name;
  if (last === undefined) return { body: Buffer.from(writer.end()), last: null, size: 0 };
  const texts = members.map(({ data = Buffer.alloc(0) }) => decodeText(data).text);
  const size = members.reduce((sum, each) => sum + (each.size ?? 0), 0);
  return { body: Buffer.from(writer.next(texts)), last, size };
}
