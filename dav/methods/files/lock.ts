import { DavError } from "../../errors.ts";
import { checkLocks, type HeldLocks } from "../../locks.ts";
import { etagOf } from "../../objects.ts";
import type { Path } from "../../paths.ts";
import { fileResource, type FileResource } from "../../resource.ts";
import type { Transaction } from "../../store.ts";
import type { MethodContext } from "../method.ts";
import { placeOf } from "./write.ts";

const EMPTY = { contentType: "application/octet-stream", data: Buffer.alloc(0) };

/**
 * Makes the empty file that a LOCK of an unmapped URL creates (RFC 4918 section 7.3).
 *
 * @throws DavError 409 without a collection above, 423 when that is locked
 */
export async function lockUnmapped(
  tx: Transaction,
  path: Path,
  held: HeldLocks,
  context: MethodContext,
): Promise<FileResource> {
  if (path.kind !== "file") throw new DavError(403, "only what exists can be locked here");
  const { parent } = await tx.files.find(path.owner, path.names, { data: false });
  const place = placeOf(path, parent, context);
  checkLocks(held, path, { membership: true });
  await tx.files.create(place, { ...EMPTY, etag: etagOf(EMPTY.data) }, {});
  const { file } = await tx.files.find(path.owner, path.names, { data: false });
  if (file === null) throw new Error("a file that was just made is not there");
  return fileResource(file);
}
