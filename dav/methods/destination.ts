import { DavError } from "../errors.ts";
import type { Context, DavRequest } from "../http/request.ts";
import { isElsewhere, parseHref, type Path } from "../paths.ts";

/**
 * The Destination header (RFC 4918 section 10.3).
 *
 * @throws DavError 400 when it is missing or neither a URI nor an absolute path, 502 when it is on another
 *   server, 403 when nothing can be mapped there
 */
export function destinationOf(request: DavRequest, { hosts }: Pick<Context, "hosts">): Path {
  const header = request.headers["destination"]?.trim() ?? "";
  if (!header.startsWith("/") && !URL.canParse(header)) {
    throw new DavError(400, "the Destination header is missing, or neither a URI nor a path");
  }
  const path = parseHref(header, hosts);
  if (path !== null) return path;
  if (isElsewhere(header, hosts)) throw new DavError(502, "the Destination is not on this server");
  throw new DavError(403, "nothing can be mapped to the Destination");
}
