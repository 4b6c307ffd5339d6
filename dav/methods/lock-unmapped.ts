import { DavError } from "../errors.ts";
import { checkLocks, type HeldLocks } from "../locks.ts";
import { etagOf } from "../objects.ts";
import { formatPath, type FilePath, type Path, type PlacePath } from "../paths.ts";
import { need } from "../privileges.ts";
import { resolve } from "../resolve.ts";
import { fileResource, hrefOf, type Resource } from "../resource.ts";
import type { Transaction } from "../store.ts";
import { placeOf } from "./files/write.ts";
import type { MethodContext } from "./method.ts";

const EMPTY = { contentType: "application/octet-stream", data: Buffer.alloc(0) };

/**
 * What LOCK does to a URL where nothing is mapped (RFC 4918 section 7.3). In the files area it makes an empty file. An
 * empty calendar object or card cannot be, nor an empty resource in a home: there the lock itself keeps the name for
 * whoever has its token, and nothing is found or listed until it is made (a lock-null resource of appendix D, which
 * clients know).
 *
 * @returns the href of the lock's root
 * @throws DavError 409 without a collection above, 423 when that is locked
 */
export async function lockUnmapped(
  tx: Transaction,
  path: PlacePath,
  held: HeldLocks,
  context: MethodContext,
): Promise<string> {
  checkLocks(held, path, { membership: true });
  return path.kind === "file" ? makeEmpty(tx, path, context) : formatPath(path);
}

async function makeEmpty(tx: Transaction, path: FilePath, context: MethodContext): Promise<string> {
  const { parent } = await tx.files.find(path.owner, path.names, { data: false });
  await tx.files.create(placeOf(path, parent, context), { ...EMPTY, etag: etagOf(EMPTY.data) }, {});
  const { file } = await tx.files.find(path.owner, path.names, { data: false });
  if (file === null) throw new Error("a file that was just made is not there");
  return hrefOf(fileResource(file));
}

/**
 * Demands the privilege to put something at a URL where nothing is mapped.
 *
 * @throws DavError 403 need-privileges, 409 without a collection above
 */
export async function needBind(
  tx: Transaction,
  path: PlacePath,
  { user }: MethodContext,
): Promise<void> {
  const collection = await resolveAbove(tx, path);
  if (collection === null || collection.kind === "file") {
    throw new DavError(409, "there is no collection above this URL");
  }
  need("bind", collection, user.id);
}

/** What stands above a place; null for a home, or where nothing does. */
export async function resolveAbove(tx: Transaction, path: PlacePath): Promise<Resource | null> {
  const above = pathAbove(path);
  return above && (await resolve(tx, above));
}

function pathAbove(path: PlacePath): Path | null {
  switch (path.kind) {
    case "home":
      return null;
    case "collection":
      return { ...path, kind: "home" };
    case "object":
      return { ...path, kind: "collection" };
    case "file":
      return path.names.length === 0 ? null : { ...path, names: path.names.slice(0, -1) };
  }
}
