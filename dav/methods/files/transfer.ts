import { DavError } from "../../errors.ts";
import type { FilePlace, FileRow } from "../../file-store.ts";
import { depthOf, overwriteOf } from "../../http/headers.ts";
import type { DavRequest, DavResponse } from "../../http/request.ts";
import { checkLocks, type HeldLocks } from "../../locks.ts";
import type { FilePath } from "../../paths.ts";
import { need } from "../../privileges.ts";
import { checkGranted, isForeign } from "../../resolve.ts";
import { fileResource } from "../../resource.ts";
import type { Transaction } from "../../store.ts";
import type { MethodContext, Work } from "../method.ts";
import { destinationOf } from "../destination.ts";
import { endLocks } from "../write.ts";
import { checkState } from "../state.ts";
import { fileWork, needUnbind, placeOf } from "./write.ts";

interface Transfer {
  readonly name: "COPY" | "MOVE";
  readonly path: FilePath;
  readonly target: FilePath;
  /** Leaves out what is below a collection. */
  readonly shallow: boolean;
}

/**
 * COPY or MOVE of a file or collection to another place of the files area (RFC 4918 sections 9.8, 9.9). What goes to another
 * account is a new resource there, with the grants of what is above it only.
 */
export function transferFile(
  name: Transfer["name"],
  path: FilePath,
  request: DavRequest,
  context: MethodContext,
): Work {
  const target = destination(path, request, context);
  const depth = depthOf(request, "infinity");
  if (depth === 1) throw new DavError(400, `${name} takes Depth 0 or infinity`);
  const transfer = { name, path, target, shallow: depth === 0 };
  const work = fileWork([path, target], request, context, (tx, held) =>
    carryOut(tx, transfer, held, request, context),
  );
  if (!isForeign(target, context.user)) return work;
  return {
    ...work,
    run: async (tx) => {
      await checkGranted(tx, target);
      return work.run(tx);
    },
  };
}

/** The Destination header (RFC 4918 section 10.3): a place in the files area that neither holds the source nor lies in it. */
function destination(path: FilePath, request: DavRequest, context: MethodContext): FilePath {
  const target = destinationOf(request, context);
  if (target.kind !== "file") throw new DavError(403, "the Destination must lie in the files area");
  if (holds(path, target) || holds(target, path)) {
    throw new DavError(403, "source and Destination are the same, or one holds the other");
  }
  return target;
}

/** Whether one place is another or lies above it. */
function holds(above: FilePath, below: FilePath): boolean {
  return (
    above.owner === below.owner && above.names.every((name, index) => name === below.names[index])
  );
}

async function carryOut(
  tx: Transaction,
  transfer: Transfer,
  held: HeldLocks,
  request: DavRequest,
  context: MethodContext,
): Promise<DavResponse> {
  const { name, path, target } = transfer;
  const file = await findSource(tx, transfer, held, request, context);
  const found = await tx.files.find(target.owner, target.names, { data: false });
  const place = placeOf(target, found.parent, context);
  checkLocks(held, target, { tree: true, membership: found.file === null });
  if (found.file !== null && !overwriteOf(request)) {
    throw new DavError(412, "the Destination exists and Overwrite is F");
  }
  if (found.file !== null) {
    needUnbind(target, found.parent, context);
    await makeRoom(tx, found.file, target, held);
  }
  await put(tx, transfer, file, place);
  if (name === "MOVE") await endLocks(tx, path, held);
  return { status: found.file === null ? 201 : 204, headers: {} };
}

/** What is transferred, if the user may. */
async function findSource(
  tx: Transaction,
  { name, path, shallow }: Transfer,
  held: HeldLocks,
  request: DavRequest,
  context: MethodContext,
): Promise<FileRow> {
  const { parent, file } = await tx.files.find(path.owner, path.names, { data: false });
  checkState(request, file && fileResource(file));
  if (file === null) throw new DavError(404, "nothing is mapped to this URL");
  need("read", fileResource(file), context.user.id);
  if (name === "COPY") return file;
  needUnbind(path, parent, context);
  checkLocks(held, path, { tree: true, membership: true });
  if (shallow && file.content === null) {
    throw new DavError(400, "a collection is moved with Depth infinity");
  }
  return file;
}

async function put(
  tx: Transaction,
  { name, path, target, shallow }: Transfer,
  file: FileRow,
  place: FilePlace,
): Promise<void> {
  if (name === "MOVE" && target.owner === path.owner) return tx.files.move(file, place);
  await tx.files.copy(file, place, { shallow });
  if (name === "MOVE") await tx.files.remove(file);
}

/** Makes room at the Destination: what is there is deleted, not merged (RFC 4918 section 9.8.4). */
async function makeRoom(
  tx: Transaction,
  file: FileRow,
  target: FilePath,
  held: HeldLocks,
): Promise<void> {
  await tx.files.remove(file);
  await endLocks(tx, target, held, { keepOwn: true });
}
