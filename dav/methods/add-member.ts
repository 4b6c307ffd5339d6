import { DavError } from "../errors.ts";
import { checkWrite } from "../http/preconditions.ts";
import type { DavRequest, DavResponse } from "../http/request.ts";
import { checkLocks, type HeldLocks } from "../locks.ts";
import { freeName } from "../member-name.ts";
import type { ValidObject } from "../objects.ts";
import { formatPath, type CollectionPath } from "../paths.ts";
import { need } from "../privileges.ts";
import { resolve } from "../resolve.ts";
import { isCollection } from "../resource.ts";
import type { Transaction } from "../store.ts";
import { prepareIf } from "./conditions.ts";
import type { MethodContext, Work } from "./method.ts";
import { checkMember, readObject, validators } from "./put.ts";
import { enter } from "./write.ts";

/**
 * POST to the Add-Member URI of a collection (RFC 5995): a new object under a name that the server chooses. It is
 * refused for what PUT is refused for.
 *
 * @throws DavError 404 where the operator does not offer it
 */
export function addMember(path: CollectionPath, request: DavRequest, context: MethodContext): Work {
  if (!context.addMember) throw new DavError(404, "this server offers no Add-Member URI");
  const conditions = prepareIf(request);
  const valid = readObject(request, path, context);
  return {
    mode: "write",
    run: async (tx) => {
      const held = await enter(tx, [path], conditions, request, context);
      return add(tx, held, path, valid, request, context);
    },
  };
}

async function add(
  tx: Transaction,
  held: HeldLocks,
  path: CollectionPath,
  valid: ValidObject,
  request: DavRequest,
  { user }: MethodContext,
): Promise<DavResponse> {
  const resource = await resolve(tx, path);
  if (resource === null || !isCollection(resource)) {
    throw new DavError(404, "nothing is mapped to this URL");
  }
  need("bind", resource, user.id);
  const { collection } = resource;
  const name = await freeName(tx, collection, valid.uid);
  const member = { ...path, kind: "object", object: name } as const;
  checkLocks(held, member, { membership: true });
  checkWrite(request, null);
  checkMember(collection, name, valid, await tx.findUid(collection, valid.uid));
  await tx.putObject(collection, { ...valid, name, altered: valid.data !== request.body }, null);
  const location = formatPath(member);
  return { status: 201, headers: { location, ...validators(valid, request) } };
}
