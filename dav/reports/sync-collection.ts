import { DavError, violated } from "../errors.ts";
import { depthOf } from "../http/headers.ts";
import type { DavRequest, DavResponse } from "../http/request.ts";
import type { MethodContext } from "../methods/method.ts";
import { multistatus, statusResponse } from "../multistatus.ts";
import { need } from "../privileges.ts";
import { COLLECTIONS, FILE_COLLECTIONS, HOMES } from "../properties/property.ts";
import { columnsFor, readPropertyRequest } from "../propstat.ts";
import { hasQuirk } from "../quirks.ts";
import { resolve } from "../resolve.ts";
import { hrefOf, isCollection, isFileCollection, isHome, type Resource } from "../resource.ts";
import type { Transaction } from "../store.ts";
import { child, el, text, type Element } from "../xml/element.ts";
import { dav } from "../xml/names.ts";
import type { Report } from "./report.ts";
import {
  collectionChanges,
  fileChanges,
  homeChanges,
  type Changes,
  type SyncRequest,
} from "./sync-changes.ts";

/**
 * sync-collection (RFC 6578 section 3). An idle poll is one statement: the counter is read first, and
 * what it counts only when it moved.
 */
export const SYNC_COLLECTION: Report = {
  name: dav("sync-collection"),
  on: new Set([...HOMES, ...COLLECTIONS, ...FILE_COLLECTIONS]),
  prepare(root, request, context) {
    const sync = readSync(root, request, context);
    return {
      mode: "statement",
      run: async (tx) => {
        const resource = await resolve(tx, request.path);
        if (resource === null) throw new DavError(404, "nothing is mapped to this URL");
        need("read", resource, context.user.id);
        return respond(await changes(tx, resource, sync, context), resource);
      },
    };
  },
};

async function changes(
  tx: Transaction,
  resource: Resource,
  sync: SyncRequest,
  context: MethodContext,
): Promise<Changes> {
  if (isHome(resource)) return homeChanges(tx, resource, sync, context);
  if (isFileCollection(resource)) return fileChanges(tx, resource, sync, context);
  if (!isCollection(resource)) {
    throw violated("supported-report", "sync-collection works on homes and collections");
  }
  try {
    return await collectionChanges(tx, resource, sync, context);
  } catch (error) {
    throw kindlyInvalid(error, resource, context);
  }
}

/** COMPAT(Thunderbird contacts): only a 400 makes it start afresh; a 403 never heals. */
function kindlyInvalid(error: unknown, resource: Resource, context: MethodContext): unknown {
  const isInvalid = error instanceof DavError && error.condition === "valid-sync-token";
  if (!isInvalid || resource.kind !== "addressbook") return error;
  if (!hasQuirk("bad-token-is-400", context.userAgent)) return error;
  return new DavError(400, error.message, { condition: "valid-sync-token" });
}

function respond({ responses, token, truncated }: Changes, resource: Resource): DavResponse {
  const rest = truncated
    ? [statusResponse(hrefOf(resource), 507, "number-of-matches-within-limits")]
    : [];
  return multistatus([...responses, ...rest], [el(dav("sync-token"), [token])]);
}

function readSync(root: Element, request: DavRequest, context: MethodContext): SyncRequest {
  const token = child(root, dav("sync-token"));
  if (token === undefined) throw new DavError(400, "sync-collection needs a sync-token element");
  if (child(root, dav("prop")) === undefined) {
    throw new DavError(400, "sync-collection needs a prop element");
  }
  const wanted = readPropertyRequest(root, request);
  return {
    token: text(token).trim(),
    level: readLevel(root, request),
    limit: Math.min(readLimit(root), context.limits.maxSyncPage),
    wanted,
    ...columnsFor(wanted),
    bytes: context.limits.maxSyncBytes,
  };
}

/**
 * COMPAT(Thunderbird, macOS): any Depth is taken. COMPAT(macOS 10.7): without sync-level the Depth
 * says the level (RFC 6578 appendix A).
 */
function readLevel(root: Element, request: DavRequest): SyncRequest["level"] {
  const given = child(root, dav("sync-level"));
  const level = given && text(given).trim().toLowerCase();
  switch (level) {
    case undefined:
      return depthOf(request, 1) === "infinity" ? "infinite" : "1";
    case "1":
      return "1";
    case "infinite":
    case "infinity":
      return "infinite";
    default:
      throw new DavError(400, "sync-level must be 1 or infinite");
  }
}

function readLimit(root: Element): number {
  const limit = child(root, dav("limit"));
  if (limit === undefined) return Number.POSITIVE_INFINITY;
  const results = child(limit, dav("nresults"));
  const value = results && /^\s*\d{1,9}\s*$/.test(text(results)) ? Number(text(results)) : 0;
  if (value < 1) throw new DavError(400, "nresults must be a number of at least 1");
  return value;
}
