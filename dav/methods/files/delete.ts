import { DavError } from "../../errors.ts";
import { depthOf } from "../../http/headers.ts";
import type { DavRequest } from "../../http/request.ts";
import { checkLocks } from "../../locks.ts";
import type { FilePath } from "../../paths.ts";
import { fileResource } from "../../resource.ts";
import type { MethodContext, Work } from "../method.ts";
import { endLocks } from "../write.ts";
import { checkState } from "../state.ts";
import { fileWork, needUnbind } from "./write.ts";

/** DELETE of a file, or of a collection with all that is below it (RFC 4918 section 9.6). */
export function deleteFile(path: FilePath, request: DavRequest, context: MethodContext): Work {
  if (path.names.length === 0) throw new DavError(403, "the files area itself stays");
  const depth = depthOf(request, "infinity");
  return fileWork([path], request, context, async (tx, held) => {
    const { parent, file } = await tx.files.find(path.owner, path.names, { data: false });
    checkState(request, file && fileResource(file));
    if (file === null) throw new DavError(404, "nothing is mapped to this URL");
    if (file.content === null && depth !== "infinity") {
      throw new DavError(400, "a collection is deleted with Depth infinity");
    }
    needUnbind(path, parent, context);
    checkLocks(held, path, { tree: true, membership: true });
    await tx.files.remove(file);
    await endLocks(tx, path, held);
    return { status: 204, headers: {} };
  });
}
