import { ADD_MEMBER } from "../add-member.ts";
import { DavError } from "../errors.ts";
import { mediaType } from "../http/headers.ts";
import { OBJECT_TYPES } from "../objects.ts";
import { COLLECTIONS, HOMES, OBJECTS } from "../properties/property.ts";
import { addMember } from "./add-member.ts";
import { importFile } from "./import.ts";
import type { Method } from "./method.ts";
import { registerForPush } from "./push-register.ts";

/**
 * POST: makes a member where the URL says so (RFC 5995), imports a file of calendars or cards, or registers a client
 * for pushes.
 */
export const POST: Method = {
  name: "POST",
  on: new Set([...HOMES, ...COLLECTIONS, ...OBJECTS]),
  prepare(request, context) {
    const { path, query } = request;
    if (path.kind === "collection" && query === ADD_MEMBER) {
      return addMember(path, request, context);
    }
    if (path.kind !== "home" && path.kind !== "collection" && path.kind !== "object") {
      throw new DavError(405, "POST is for homes and what is in them");
    }
    if (path.kind === "collection" && OBJECT_TYPES.has(mediaType(request))) {
      return importFile(path, request, context);
    }
    return registerForPush(path, request, context);
  },
};
