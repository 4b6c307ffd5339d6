import { DavError, violated } from "../errors.ts";
import { depthOf, overwriteOf } from "../http/headers.ts";
import type { DavRequest, DavResponse } from "../http/request.ts";
import { checkLocks, type HeldLocks } from "../locks.ts";
import { formatPath, type CollectionPath } from "../paths.ts";
import { forbidden, need } from "../privileges.ts";
import { resolve } from "../resolve.ts";
import { homeResource } from "../resource.ts";
import type { CollectionRow, HomeRow, Transaction } from "../store.ts";
import { prepareIf } from "./conditions.ts";
import { destinationOf } from "./destination.ts";
import type { MethodContext, Work } from "./method.ts";
import { checkState } from "./state.ts";
import { endLocks, enter } from "./write.ts";

interface Transfer {
  readonly name: "COPY" | "MOVE";
  readonly path: CollectionPath;
  readonly target: CollectionPath;
  /** Leaves out the members. */
  readonly shallow: boolean;
}

/**
 * COPY or MOVE of a whole calendar or address book to another name in a home of its kind (RFC 4918 sections 9.8.3
 * and 9.9.2). What is moved within a home stays the same collection, with its incarnation, grants and subscriptions; what
 * is copied, or moved to another account, is a new one with the same properties, which has the grants of its home only.
 */
export function transferCollection(
  name: Transfer["name"],
  path: CollectionPath,
  request: DavRequest,
  context: MethodContext,
): Work {
  const conditions = prepareIf(request);
  const depth = depthOf(request, "infinity");
  if (depth === 1) throw new DavError(400, `${name} takes Depth 0 or infinity`);
  if (name === "MOVE" && depth === 0) {
    throw new DavError(400, "a collection is moved with Depth infinity");
  }
  const target = destination(path, request, context);
  const transfer = { name, path, target, shallow: depth === 0 };
  return {
    mode: "write",
    run: async (tx) => {
      const held = await enter(tx, [path, target], conditions, request, context);
      return carryOut(tx, transfer, held, request, context);
    },
  };
}

/** Collections lie directly in the home of their kind. */
function destination(
  path: CollectionPath,
  request: DavRequest,
  context: MethodContext,
): CollectionPath {
  const target = destinationOf(request, context);
  const kind = path.home === "calendars" ? "calendar" : "addressbook";
  if (target.kind === "collection" && target.home === path.home) {
    if (formatPath(target) !== formatPath(path)) return target;
    throw new DavError(403, "source and Destination are the same");
  }
  throw violated(
    `${kind}-collection-location-ok`,
    `the Destination must lie directly in a home below /dav/${path.home}/`,
  );
}

async function carryOut(
  tx: Transaction,
  { name, path, target, shallow }: Transfer,
  held: HeldLocks,
  request: DavRequest,
  context: MethodContext,
): Promise<DavResponse> {
  const { user } = context;
  const source = await resolve(tx, path);
  if (source === null || !("collection" in source)) {
    throw new DavError(404, "nothing is mapped to this URL");
  }
  const { collection } = source;
  need("read", source, user.id);
  checkState(request, source);
  if (name === "MOVE") need("unbind", homeResource(collection.home), user.id);
  const home = await homeOf(tx, target);
  need("bind", homeResource(home), user.id);
  const replaced = await tx.findCollection(target.home, target.owner, target.collection);
  if (replaced !== null) need("unbind", homeResource(home), user.id);
  if (name === "MOVE") checkLocks(held, path, { tree: true, membership: true });
  checkLocks(held, target, { tree: true, membership: replaced === null });
  if (replaced !== null && !overwriteOf(request)) {
    throw new DavError(412, "the Destination exists and Overwrite is F");
  }
  if (replaced !== null) await makeRoom(tx, replaced, target, held);
  const isElsewhere = home.owner.id !== collection.home.owner.id;
  if (name === "COPY" || isElsewhere) {
    await tx.copyCollection(collection, { home, name: target.collection, shallow });
  } else await tx.moveCollection(collection, target.collection);
  if (name === "MOVE") {
    if (isElsewhere) await tx.deleteCollection(collection);
    await endLocks(tx, path, held);
  }
  return { status: replaced === null ? 201 : 204, headers: {} };
}

async function homeOf(tx: Transaction, target: CollectionPath): Promise<HomeRow> {
  const home = await tx.findHome(target.home, target.owner);
  if (home === null) throw forbidden("bind", formatPath({ ...target, kind: "home" }));
  return home;
}

/** What is at the Destination is deleted, not merged (RFC 4918 section 9.8.4). */
async function makeRoom(
  tx: Transaction,
  replaced: CollectionRow,
  target: CollectionPath,
  held: HeldLocks,
): Promise<void> {
  await tx.deleteCollection(replaced);
  await endLocks(tx, target, held, { keepOwn: true });
}
