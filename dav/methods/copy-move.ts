import { DavError } from "../errors.ts";
import { overwriteOf } from "../http/headers.ts";
import type { DavRequest, DavResponse } from "../http/request.ts";
import { checkLocks, type HeldLocks } from "../locks.ts";
import { validateObject } from "../objects.ts";
import { formatPath, type ObjectPath } from "../paths.ts";
import { need } from "../privileges.ts";
import { COLLECTIONS, OBJECTS } from "../properties/property.ts";
import { resolveObject } from "../resolve.ts";
import type { CollectionResource, ObjectResource } from "../resource.ts";
import type { Transaction } from "../store.ts";
import { transferFile } from "./files/transfer.ts";
import type { Method, MethodContext } from "./method.ts";
import { transferCollection } from "./transfer-collection.ts";
import { checkMember } from "./put.ts";
import { destinationOf } from "./destination.ts";
import { prepareIf } from "./conditions.ts";
import { checkState } from "./state.ts";
import { endLocks, enter } from "./write.ts";

/** COPY of an object into the same or another collection (RFC 4918 section 9.8). */
export const COPY: Method = transfer("COPY");
/** MOVE of an object: the old URL becomes a tombstone, the new one a change (RFC 4918 section 9.9). */
export const MOVE: Method = transfer("MOVE");

function transfer(name: "COPY" | "MOVE"): Method {
  return {
    name,
    on: new Set([...COLLECTIONS, ...OBJECTS, "file-collection", "file"]),
    bodiless: true,
    prepare(request, context) {
      const { path } = request;
      if (path.kind === "file") return transferFile(name, path, request, context);
      if (path.kind === "collection") return transferCollection(name, path, request, context);
      const conditions = prepareIf(request);
      const target = destination(request, context);
      if (path.kind !== "object")
        throw new DavError(403, `only collections and their members take ${name}`);
      return {
        mode: "write",
        run: async (tx) => {
          const held = await enter(tx, [path, target], conditions, request, context);
          return carryOut(tx, { name, path, target }, held, request, context);
        },
      };
    },
  };
}

interface Transfer {
  readonly name: "COPY" | "MOVE";
  readonly path: ObjectPath;
  readonly target: ObjectPath;
}

/** The Destination header (RFC 4918 section 10.3): an object in a home of the same kind. */
function destination(request: DavRequest, context: MethodContext): ObjectPath {
  const path = destinationOf(request, context);
  if (path.kind !== "object" || !("home" in request.path) || path.home !== request.path.home) {
    throw new DavError(403, "the Destination must be a member of a collection of the same kind");
  }
  if (formatPath(path) === formatPath(request.path)) {
    throw new DavError(403, "source and Destination are the same");
  }
  return path;
}

async function carryOut(
  tx: Transaction,
  { name, path, target }: Transfer,
  held: HeldLocks,
  request: DavRequest,
  context: MethodContext,
): Promise<DavResponse> {
  const from = await resolveObject(tx, path, { data: true });
  const source = from.object;
  if (from.collection !== null) checkSource(name, from.collection, context);
  checkState(request, source);
  if (source === null) throw new DavError(404, "nothing is mapped to this URL");
  const { collection, object } = await resolveObject(tx, target);
  if (collection === null) throw new DavError(409, "the Destination's collection does not exist");
  checkDestination(collection, object, context);
  if (name === "MOVE") checkLocks(held, path, { membership: true });
  checkLocks(held, target, { membership: object === null });
  if (object !== null && !overwriteOf(request)) {
    throw new DavError(412, "the Destination exists and Overwrite is F");
  }
  const data = source.object.data ?? Buffer.alloc(0);
  const valid = validateObject(collection.kind, data, context.now);
  if (name === "MOVE") {
    await tx.deleteObject(source.collection, path.object);
    await endLocks(tx, path, held);
  }
  checkMember(
    collection.collection,
    target.object,
    valid,
    await tx.findUid(collection.collection, valid.uid),
  );
  const { properties } = source.object;
  const stored = { ...valid, name: target.object, properties };
  await tx.putObject(collection.collection, stored, object?.object ?? null);
  return { status: object === null ? 201 : 204, headers: { etag: `"${valid.etag}"` } };
}

/** RFC 3744 appendix B; and since a MOVE may lead to where one can read, it takes a reader. */
function checkSource(
  name: Transfer["name"],
  collection: CollectionResource,
  { user }: MethodContext,
): void {
  need("read", collection, user.id);
  if (name === "MOVE") need("unbind", collection, user.id);
}

function checkDestination(
  collection: CollectionResource,
  replaced: ObjectResource | null,
  { user }: MethodContext,
): void {
  need("bind", collection, user.id);
  if (replaced !== null) need("unbind", collection, user.id);
}
