import { DavError } from "../errors.ts";
import type { Context, DavRequest } from "../http/request.ts";
import { parseHref, type Path } from "../paths.ts";

/**
 * The Destination header (RFC 4918 section 10.3).
 *
 * @throws DavError 400 when it is missing, 502 when it is elsewhere
 */
export function destinationOf(request: DavRequest, { hosts }: Pick<Context, "hosts">): Path {
  const header = request.headers["destination"];
  if (header === undefined) throw new DavError(400, "the Destination header is missing");
  const path = parseHref(header, hosts);
  if (path === null) throw new DavError(502, "the Destination is not on this server");
  return path;
}
