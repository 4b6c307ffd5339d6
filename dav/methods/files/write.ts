import { DavError } from "../../errors.ts";
import type { FilePlace, FileRow } from "../../file-store.ts";
import type { DavRequest, DavResponse } from "../../http/request.ts";
import type { HeldLocks } from "../../locks.ts";
import { forbidden, need } from "../../privileges.ts";
import { formatPath, type FilePath } from "../../paths.ts";
import { fileResource } from "../../resource.ts";
import type { Transaction } from "../../store.ts";
import type { MethodContext, Work } from "../method.ts";
import { prepareIf } from "../conditions.ts";
import { enter } from "../write.ts";

/**
 * Work on the files area: with the homes locked, their locks read, and the If header found to hold.
 *
 * @param paths of what it changes
 */
export function fileWork(
  paths: readonly FilePath[],
  request: DavRequest,
  context: MethodContext,
  run: (tx: Transaction, held: HeldLocks) => Promise<DavResponse>,
): Work {
  const conditions = prepareIf(request);
  return {
    mode: "write",
    run: async (tx) => run(tx, await enter(tx, paths, conditions, request, context)),
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

/**
 * Demands the privilege to take a member away from what is above it (RFC 3744 appendix B).
 *
 * @param parent what stands above it, as the user sees it
 * @throws DavError 403 need-privileges
 */
export function needUnbind(path: FilePath, parent: FileRow | null, { user }: MethodContext): void {
  if (parent !== null) return need("unbind", fileResource(parent), user.id);
  throw forbidden("unbind", formatPath({ ...path, names: path.names.slice(0, -1) }));
}
