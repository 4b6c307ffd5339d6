import { DavError, violated } from "../errors.ts";
import { optionalXmlBody } from "../http/body.ts";
import { depthOf, timeoutOf } from "../http/headers.ts";
import type { DavRequest, DavResponse } from "../http/request.ts";
import type { LockPlace, LockRow, NewLock } from "../lock-store.ts";
import { activeLock, covers, isBelow, isSubmitted, lockPlaceOf, type HeldLocks } from "../locks.ts";
import { multistatus, statusResponse, XML_CONTENT_TYPE } from "../multistatus.ts";
import { formatPath, isInHome, type Path, type PlacePath } from "../paths.ts";
import { need } from "../privileges.ts";
import { LOCKABLE } from "../properties/property.ts";
import { resolve } from "../resolve.ts";
import { hrefOf } from "../resource.ts";
import type { Transaction } from "../store.ts";
import { child, document, el, href, serialize, type Element } from "../xml/element.ts";
import { dav } from "../xml/names.ts";
import { withLanguage } from "../xml/parse.ts";
import type { Method, MethodContext } from "./method.ts";
import { prepareIf } from "./conditions.ts";
import { lockUnmapped, needBind, resolveAbove } from "./lock-unmapped.ts";
import { checkState } from "./state.ts";
import { enter } from "./write.ts";

const MAX_OWNER_BYTES = 8192;
/** Most locks in one home. */
const MAX_LOCKS = 1000;

/** LOCK: makes a write lock, or without a body refreshes one (RFC 4918 section 9.10). */
export const LOCK: Method = {
  name: "LOCK",
  on: new Set([...LOCKABLE, "unmapped", "unmapped-file"]),
  prepare(request, context) {
    const { path } = request;
    const { target, place } = lockable(path);
    const conditions = prepareIf(request);
    const wanted = readLockInfo(optionalXmlBody(request, [dav("lockinfo")]));
    const depth = depthOf(request, "infinity");
    if (depth === 1) throw new DavError(400, "LOCK takes Depth 0 or infinity");
    const expiresAt = new Date(context.now.getTime() + timeoutOf(request) * 1000);
    return {
      mode: "write",
      run: async (tx) => {
        const held = await enter(tx, [target], conditions, request, context);
        if (wanted === null) return refresh(tx, place, held, expiresAt, context);
        const lock = { ...wanted, infinite: depth === "infinity", expiresAt };
        return create(tx, { request, path: target, place, lock }, held, context);
      },
    };
  },
};

/** UNLOCK: ends the lock with the token in Lock-Token, named by any resource it covers (section 9.11). */
export const UNLOCK: Method = {
  name: "UNLOCK",
  on: new Set([...LOCKABLE, "unmapped"]),
  bodiless: true,
  prepare(request, context) {
    const { target, place } = lockable(request.path);
    const conditions = prepareIf(request);
    const token = /^\s*<([^<>]+)>\s*$/.exec(request.headers["lock-token"] ?? "")?.[1];
    if (token === undefined)
      throw new DavError(400, "the Lock-Token header is missing or malformed");
    return {
      mode: "write",
      run: async (tx) => {
        const { locks } = await enter(tx, [target], conditions, request, context);
        const lock = locks.find((each) => each.token === token && covers(each, place));
        if (lock?.creatorId !== context.user.id) await needUnlock(tx, target, context);
        if (lock === undefined) {
          throw violated("lock-token-matches-request-uri", "no such lock is on this resource");
        }
        await tx.locks.remove(place, [token]);
        return { status: 204, headers: {} };
      },
    };
  },
};

/** RFC 3744 appendix B: who did not make the lock needs a privilege, of a name that is only kept on what is above. */
async function needUnlock(
  tx: Transaction,
  target: PlacePath,
  { user }: MethodContext,
): Promise<void> {
  const resource = (await resolve(tx, target)) ?? (await resolveAbove(tx, target));
  if (resource === null) throw new DavError(404, "nothing is mapped to this URL");
  need("unlock", resource, user.id);
}

function lockable(path: Path): { target: PlacePath; place: LockPlace } {
  const place = lockPlaceOf(path);
  if (place === null || !isInHome(path)) throw new DavError(405, "this cannot be locked");
  return { target: path, place };
}

/** DAV:lockinfo (RFC 4918 section 14.11); null when there was no body. */
function readLockInfo(root: Element | null): Pick<NewLock, "exclusive" | "owner"> | null {
  if (root === null) return null;
  const scope = child(root, dav("lockscope"));
  const type = child(root, dav("locktype"));
  const exclusive = scope !== undefined && child(scope, dav("exclusive")) !== undefined;
  const shared = scope !== undefined && child(scope, dav("shared")) !== undefined;
  if (exclusive === shared || !type || child(type, dav("write")) === undefined) {
    throw new DavError(
      400,
      "lockinfo must name one scope, exclusive or shared, and the type write",
    );
  }
  const element = child(root, dav("owner"));
  const owner = element ? serialize(withLanguage(element, [root])) : null;
  if (owner !== null && Buffer.byteLength(owner) > MAX_OWNER_BYTES) {
    throw new DavError(413, `the owner of a lock has at most ${MAX_OWNER_BYTES} bytes`);
  }
  return { exclusive, owner };
}

interface Wish {
  readonly request: DavRequest;
  readonly path: PlacePath;
  readonly place: LockPlace;
  readonly lock: Omit<NewLock, "href" | "creatorId">;
}

async function create(
  tx: Transaction,
  { request, path, place, lock }: Wish,
  held: HeldLocks,
  context: MethodContext,
): Promise<DavResponse> {
  const found = await resolve(tx, path);
  if (found !== null) need("write-content", found, context.user.id);
  else await needBind(tx, path, context);
  checkState(request, found);
  const blocking = held.locks.filter((other) => lock.exclusive || other.exclusive);
  const direct = blocking.filter((other) => covers(other, place));
  if (direct.length > 0) {
    const roots = direct.map((other) => href(other.href));
    throw violated("no-conflicting-lock", "this is locked already", roots);
  }
  const inside = lock.infinite ? blocking.filter((other) => isBelow(other, place)) : [];
  if (inside.length > 0)
    return blockedInside(inside, found === null ? formatPath(path) : hrefOf(found));
  if (held.locks.length >= MAX_LOCKS)
    throw new DavError(507, `a home has at most ${MAX_LOCKS} locks`);
  const root = {
    href: found === null ? await lockUnmapped(tx, path, held, context) : hrefOf(found),
    creatorId: context.user.id,
  };
  const made = await tx.locks.create(place, { ...lock, ...root }, context.now);
  const discovery = [...held.locks.filter((other) => covers(other, place)), made];
  const answer = lockAnswer(discovery, found === null ? 201 : 200, context);
  return { ...answer, headers: { ...answer.headers, "lock-token": `<${made.token}>` } };
}

/** RFC 4918 section 9.10.3: what prevented the lock is named, and nothing is locked. */
function blockedInside(locks: readonly LockRow[], target: string): DavResponse {
  const roots = [...new Set(locks.map((lock) => lock.href))];
  return multistatus([
    ...roots.map((root) => statusResponse(root, 423)),
    statusResponse(target, 424),
  ]);
}

/** RFC 4918 section 9.10.2: the If header names the one lock; its time begins anew. */
async function refresh(
  tx: Transaction,
  place: LockPlace,
  held: HeldLocks,
  expiresAt: Date,
  context: MethodContext,
): Promise<DavResponse> {
  const covering = held.locks.filter((lock) => covers(lock, place));
  const [lock, ...others] = covering.filter((each) => isSubmitted(held, each));
  if (lock === undefined || others.length > 0) {
    throw new DavError(412, "the If header must name one lock of yours on this resource");
  }
  await tx.locks.refresh(place, lock.token, expiresAt);
  const refreshed = covering.map((each) => (each === lock ? { ...each, expiresAt } : each));
  return lockAnswer(refreshed, 200, context);
}

function lockAnswer(
  locks: readonly LockRow[],
  status: number,
  { now }: MethodContext,
): DavResponse {
  const active = locks.map((lock) => activeLock(lock, now));
  const body = document(el(dav("prop"), [el(dav("lockdiscovery"), active)]));
  return { status, headers: { "content-type": XML_CONTENT_TYPE }, body };
}
