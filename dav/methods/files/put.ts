import { DavError } from "../../errors.ts";
import type { DavRequest, DavResponse } from "../../http/request.ts";
import { checkLocks, type HeldLocks } from "../../locks.ts";
import { etagOf } from "../../objects.ts";
import type { FilePath } from "../../paths.ts";
import { need } from "../../privileges.ts";
import { fileResource } from "../../resource.ts";
import type { Transaction } from "../../store.ts";
import type { MethodContext, Work } from "../method.ts";
import { checkState } from "../state.ts";
import { fileWork, placeOf } from "./write.ts";

interface Content {
  readonly etag: string;
  readonly contentType: string;
  readonly data: Buffer;
}

interface Upload {
  readonly path: FilePath;
  readonly content: Content;
  readonly request: DavRequest;
}

const MAX_TYPE_LENGTH = 255;

/** PUT of a file: any bytes, any type, under any name (RFC 4918 section 9.7). */
export function putFile(path: FilePath, request: DavRequest, context: MethodContext): Work {
  if (request.headers["content-range"] !== undefined) {
    throw new DavError(400, "PUT with Content-Range is not supported");
  }
  const content = readContent(request);
  return fileWork([path], request, context, (tx, held) =>
    store(tx, held, { path, content, request }, context),
  );
}

function readContent({ headers, body }: DavRequest): Content {
  const type = headers["content-type"]?.trim() || "application/octet-stream";
  if (type.length > MAX_TYPE_LENGTH) throw new DavError(415, "the Content-Type is too long");
  return { etag: etagOf(body), contentType: type, data: body };
}

async function store(
  tx: Transaction,
  held: HeldLocks,
  { path, content, request }: Upload,
  context: MethodContext,
): Promise<DavResponse> {
  const { file, parent } = await tx.files.find(path.owner, path.names, { data: false });
  const headers = { etag: `"${content.etag}"` };
  checkLocks(held, path, { membership: file === null });
  checkState(request, file && fileResource(file));
  if (file === null) {
    await tx.files.create(placeOf(path, parent, context), content, {});
    return { status: 201, headers };
  }
  if (file.content === null) throw new DavError(405, "a collection takes no PUT");
  need("write-content", fileResource(file), context.user.id);
  const { etag, contentType } = file.content;
  if (etag === content.etag && contentType === content.contentType) return { status: 204, headers };
  await tx.files.replace(file, content);
  return { status: 204, headers };
}
