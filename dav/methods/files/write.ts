import { DavError } from "../../errors.ts";
import type { FilePlace, FileRow } from "../../file-store.ts";
import type { DavRequest, DavResponse } from "../../http/request.ts";
import type { HeldLocks } from "../../locks.ts";
import { need } from "../../privileges.ts";
import type { FilePath } from "../../paths.ts";
import { fileResource } from "../../resource.ts";
import type { Transaction } from "../../store.ts";
import type { MethodContext, Work } from "../method.ts";
import { prepareIf } from "../conditions.ts";
import { enter } from "../write.ts";

/** Work on the files area: with the home locked, its locks read, and the If header found to hold. */
export function fileWork(
  path: FilePath,
  request: DavRequest,
  context: MethodContext,
  run: (tx: Transaction, held: HeldLocks) => Promise<DavResponse>,
): Work {
  const conditions = prepareIf(request);
  return {
    mode: "write",
    run: async (tx) => run(tx, await enter(tx, [path], conditions, request, context)),
  };
}

/**
 * Where a member named by a path goes.
 *
 * @param parent what stands above it
 * @throws DavError 409 when that is no collection, 403 without the privilege to put something there
 */
export function placeOf(
  path: FilePath,
  parent: FileRow | null,
  { user }: MethodContext,
): FilePlace {
  if (parent === null || parent.content !== null) {
    throw new DavError(409, "there is no collection above this URL");
  }
  need("bind", fileResource(parent), user.id);
  return { parent, name: path.names.at(-1) ?? "" };
}
