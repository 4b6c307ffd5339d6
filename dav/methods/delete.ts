import { DavError } from "../errors.ts";
import { depthOf } from "../http/headers.ts";
import type { DavRequest, DavResponse } from "../http/request.ts";
import { checkLocks, type HeldLocks } from "../locks.ts";
import type { CollectionPath, ObjectPath } from "../paths.ts";
import { need } from "../privileges.ts";
import { COLLECTIONS, OBJECTS } from "../properties/property.ts";
import { resolve, resolveObject } from "../resolve.ts";
import { homeResource, isCollection } from "../resource.ts";
import type { Transaction } from "../store.ts";
import { deleteFile } from "./files/delete.ts";
import type { Method, MethodContext } from "./method.ts";
import { prepareIf } from "./conditions.ts";
import { checkState } from "./state.ts";
import { endLocks, enter } from "./write.ts";

const DELETED: DavResponse = { status: 204, headers: {} };

/** DELETE of an object, or of a collection with all its members (RFC 4918 section 9.6). */
export const DELETE: Method = {
  name: "DELETE",
  on: new Set([...COLLECTIONS, ...OBJECTS, "file-collection", "file"]),
  bodiless: true,
  prepare(request, context) {
    const { path } = request;
    if (path.kind === "file") return deleteFile(path, request, context);
    const conditions = prepareIf(request);
    if (path.kind === "collection" && depthOf(request, "infinity") !== "infinity") {
      throw new DavError(400, "a collection is deleted with Depth infinity");
    }
    if (path.kind !== "object" && path.kind !== "collection") {
      throw new DavError(403, "only collections and their members can be deleted");
    }
    return {
      mode: "write",
      run: async (tx) => {
        const entering = enter(tx, [path], conditions, request, context);
        const held =
          path.kind === "object"
            ? await deleteObject(tx, path, entering, request, context)
            : await deleteCollection(tx, path, await entering, request, context);
        await endLocks(tx, path, held);
        return DELETED;
      },
    };
  },
};

async function deleteObject(
  tx: Transaction,
  path: ObjectPath,
  entering: Promise<HeldLocks>,
  request: DavRequest,
  context: MethodContext,
): Promise<HeldLocks> {
  const [held, { collection, object }] = await Promise.all([entering, resolveObject(tx, path)]);
  if (collection !== null) need("unbind", collection, context.user.id);
  checkLocks(held, path, { membership: true });
  checkState(request, object);
  if (object === null) throw new DavError(404, "nothing is mapped to this URL");
  await tx.deleteObject(object.collection, path.object);
  return held;
}

async function deleteCollection(
  tx: Transaction,
  path: CollectionPath,
  held: HeldLocks,
  request: DavRequest,
  context: MethodContext,
): Promise<HeldLocks> {
  const resource = await resolve(tx, path);
  if (resource === null || !isCollection(resource)) {
    throw new DavError(404, "nothing is mapped to this URL");
  }
  // Appendix B of RFC 3744: a collection is a member of its home, and unbound from that.
  need("unbind", homeResource(resource.collection.home), context.user.id);
  checkLocks(held, path, { tree: true, membership: true });
  checkState(request, resource);
  await tx.deleteCollection(resource.collection);
  return held;
}
