import { DavError, violated } from "../errors.ts";
import { charset, mediaType } from "../http/headers.ts";
import type { DavRequest, DavResponse } from "../http/request.ts";
import { checkLocks, type HeldLocks } from "../locks.ts";
import {
  checkComponent,
  checkMedia,
  storedForm,
  validateObject,
  type ValidObject,
} from "../objects.ts";
import { formatPath, type CollectionPath, type ObjectPath } from "../paths.ts";
import { need } from "../privileges.ts";
import { hasQuirk } from "../quirks.ts";
import { resolveTarget } from "../resolve.ts";
import { href } from "../xml/element.ts";
import { putFile } from "./files/put.ts";
import { answer, type Method, type MethodContext } from "./method.ts";
import { prepareIf } from "./conditions.ts";
import { checkState } from "./state.ts";
import { enter } from "./write.ts";
import type { CollectionRow, Transaction } from "../store.ts";

/** PUT of a calendar object or card (RFC 4791 section 5.3.2, RFC 6352 section 6.3.2). */
export const PUT: Method = {
  name: "PUT",
  on: new Set(["calendar-object", "addressbook-object", "file", "unmapped", "unmapped-file"]),
  prepare(request, context) {
    const { path } = request;
    if (path.kind === "file") return putFile(path, request, context);
    if (path.kind !== "object")
      throw new DavError(405, "only members of collections take PUT; a file of many is posted");
    const conditions = prepareIf(request);
    if (request.body.length === 0 && hasQuirk("empty-put-is-a-probe", context.userAgent)) {
      return answer({ status: 200, headers: {} });
    }
    const valid = readObject(request, path, context);
    return {
      mode: "write",
      run: async (tx) => {
        // Sent together: the look takes place behind the lock all the same.
        const [held, target] = await Promise.all([
          enter(tx, [path], conditions, request, context),
          resolveTarget(tx, path, valid.uid),
        ]);
        return store(tx, { ...target, held }, { path, valid, request }, context);
      },
    };
  },
};

/**
 * The object that a request would store below a path.
 *
 * @throws DavError with what the body violates
 */
export function readObject(
  request: DavRequest,
  path: ObjectPath | CollectionPath,
  context: MethodContext,
): ValidObject {
  if (request.headers["content-range"] !== undefined) {
    throw new DavError(400, "PUT with Content-Range is not supported");
  }
  const kind = path.home === "calendars" ? "calendar" : "addressbook";
  const type = mediaType(request);
  checkMedia(kind, {
    type,
    charset: charset(request),
    size: request.body.length,
    maxSize: context.limits.maxResourceSize,
  });
  const { maxImageSize } = context.limits;
  return validateObject(kind, storedForm(type, request.body), context.now, maxImageSize);
}

/** What stands where an object is put, behind the lock of the home. */
type Target = Awaited<ReturnType<typeof resolveTarget>> & { readonly held: HeldLocks };

interface Upload {
  readonly path: ObjectPath;
  readonly valid: ValidObject;
  readonly request: DavRequest;
}

async function store(
  tx: Transaction,
  { collection, object, holder, held }: Target,
  { path, valid, request }: Upload,
  { user }: MethodContext,
): Promise<DavResponse> {
  if (collection === null) throw new DavError(409, "the collection does not exist");
  need(object === null ? "bind" : "write-content", object ?? collection, user.id);
  checkLocks(held, path, { membership: object === null });
  checkState(request, object);
  const headers = validators(valid, request);
  if (object?.object.etag === valid.etag) return { status: 204, headers };
  checkMember(collection.collection, path.object, valid, holder);
  const altered = valid.data !== request.body;
  const stored = { ...valid, name: path.object, altered };
  await tx.putObject(collection.collection, stored, object?.object ?? null);
  return { status: object === null ? 201 : 204, headers };
}

/** An ETag tells the client that what it sent is what is stored (RFC 4791 section 5.3.4). */
export function validators(valid: ValidObject, { body }: DavRequest): Record<string, string> {
  return valid.data === body ? { etag: `"${valid.etag}"` } : {};
}

/**
 * Refuses an object that its collection may not hold under this name.
 *
 * @param holder the name of the member that has the object's UID; null where none has
 * @throws DavError supported-calendar-component or no-uid-conflict
 */
export function checkMember(
  collection: CollectionRow,
  name: string,
  { component }: { component: string },
  holder: string | null,
): void {
  checkComponent(collection, component);
  if (holder === null || holder === name) return;
  const target = formatPath({
    kind: "object",
    home: collection.home.kind,
    owner: collection.home.owner.name,
    collection: collection.name,
    object: holder,
  });
  throw violated(`${collection.kind}-no-uid-conflict`, `the UID is in use by ${target}`, [
    href(target),
  ]);
}
