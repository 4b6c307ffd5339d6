import { ADD_MEMBER } from "../add-member.ts";
import { DavError } from "../errors.ts";
import { COLLECTIONS, HOMES, OBJECTS } from "../properties/property.ts";
import { addMember } from "./add-member.ts";
import type { Method } from "./method.ts";
import { registerForPush } from "./push-register.ts";

/** POST: makes a member where the URL says so (RFC 5995), else registers a client for pushes. */
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
    return registerForPush(path, request, context);
  },
};
