import { DavError } from "../errors.ts";
import { checkWrite } from "../http/preconditions.ts";
import type { DavRequest, DavResponse } from "../http/request.ts";
import type { CollectionPath, ObjectPath } from "../paths.ts";
import { need } from "../privileges.ts";
import { COLLECTIONS, OBJECTS } from "../properties/property.ts";
import { resolve, resolveObject } from "../resolve.ts";
import { homeResource, isCollection } from "../resource.ts";
import type { Transaction } from "../store.ts";
import { deleteFile } from "./files/delete.ts";
import type { Method, MethodContext } from "./method.ts";
import { checkIf, lockHomeOf, prepareWrite } from "./write.ts";

const DELETED: DavResponse = { status: 204, headers: {} };

/** DELETE of an object, or of a collection with all its members (RFC 4918 section 9.6). */
export const DELETE: Method = {
  name: "DELETE",
  on: new Set([...COLLECTIONS, ...OBJECTS, "file-collection", "file"]),
  prepare(request, context) {
    const { path } = request;
    if (path.kind === "file") return deleteFile(path, request, context);
    const conditions = prepareWrite(request);
    if (path.kind !== "object" && path.kind !== "collection") {
      throw new DavError(403, "only collections and their members can be deleted");
    }
    return {
      mode: "write",
      run: async (tx) => {
        await lockHomeOf(tx, path);
        await checkIf(tx, conditions, request, context);
        return path.kind === "object"
          ? deleteObject(tx, path, request, context)
          : deleteCollection(tx, path, context);
      },
    };
  },
};

async function deleteObject(
  tx: Transaction,
  path: ObjectPath,
  request: DavRequest,
  context: MethodContext,
): Promise<DavResponse> {
  const { collection, object } = await resolveObject(tx, path);
  if (collection !== null) need("unbind", collection, context.user.id);
  checkWrite(request, object && object.object);
  if (object === null) throw new DavError(404, "nothing is mapped to this URL");
  await tx.deleteObject(object.collection, path.object);
  return DELETED;
}

async function deleteCollection(
  tx: Transaction,
  path: CollectionPath,
  context: MethodContext,
): Promise<DavResponse> {
  const resource = await resolve(tx, path);
  if (resource === null || !isCollection(resource)) {
    throw new DavError(404, "nothing is mapped to this URL");
  }
  // Appendix B of RFC 3744: a collection is a member of its home, and unbound from that.
  need("unbind", homeResource(resource.collection.home), context.user.id);
  await tx.deleteCollection(resource.collection);
  return DELETED;
}
