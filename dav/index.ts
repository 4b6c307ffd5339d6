import type { Capabilities, TargetKind } from "./capabilities.ts";
import { DavError, errorBody } from "./errors.ts";
import { wantsNoTimezones } from "./http/headers.ts";
import type { Context, DavRequest, DavResponse } from "./http/request.ts";
import { METHODS } from "./methods/index.ts";
import type { Work } from "./methods/method.ts";
import { complianceClasses } from "./methods/options.ts";
import { XML_CONTENT_TYPE } from "./multistatus.ts";
import type { Path } from "./paths.ts";
import { REPORTS } from "./reports/index.ts";

export type {
  Context,
  DavRequest,
  DavResponse,
  Limits,
  PushAdvertisement,
} from "./http/request.ts";
export type { Work } from "./methods/method.ts";
export { DavError } from "./errors.ts";
export { validateObject, type ValidObject } from "./objects.ts";
export { DAV_ROOT, parsePath } from "./paths.ts";

const CAPABILITIES: Capabilities = {
  methodsOn: (kind) =>
    [...METHODS.values()].filter((method) => method.on.has(kind)).map((method) => method.name),
  reportsOn: (kind) =>
    [...REPORTS.values()].filter((report) => report.on.has(kind)).map((report) => report.name),
};

/**
 * Does everything of a request that needs no database: parses, validates, refuses.
 *
 * @returns the work to run in a transaction
 * @throws DavError
 */
export function prepare(request: DavRequest, context: Context): Work {
  if (isFiles(request.path) && context.limits.fileQuota === null) {
    throw new DavError(404, "there are no files on this server");
  }
  const method = METHODS.get(request.method);
  if (method === undefined) throw new DavError(405, `${request.method} is not supported`);
  return method.prepare(request, {
    ...context,
    capabilities: CAPABILITIES,
    timezone: null,
    timezonesByReference: wantsNoTimezones(request),
  });
}

function isFiles(path: Path): boolean {
  return path.kind === "file" || (path.kind === "homes" && path.home === "files");
}

/** The answer to a refused request. */
export function errorResponse(error: DavError): DavResponse {
  const headers = { "content-type": XML_CONTENT_TYPE, ...error.headers };
  return { status: error.status, headers, body: errorBody(error) };
}

const KINDS: Readonly<Record<string, readonly TargetKind[]>> = {
  root: ["root"],
  principals: ["principals"],
  principal: ["principal"],
  homes: ["homes"],
  "home calendars": ["calendar-home"],
  "home addressbooks": ["addressbook-home"],
  "collection calendars": ["calendar", "unmapped"],
  "collection addressbooks": ["addressbook", "unmapped"],
  "object calendars": ["calendar-object", "unmapped"],
  "object addressbooks": ["addressbook-object", "unmapped"],
  file: ["file-home", "file-collection", "file", "unmapped-file"],
};

const COMMON_HEADERS: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map(
  Object.entries(KINDS).map(([place, kinds]) => {
    const allowed = new Set(kinds.flatMap((kind) => CAPABILITIES.methodsOn(kind)));
    return [place, { dav: complianceClasses(allowed), allow: [...allowed].join(", ") }];
  }),
);

/**
 * Headers that every answer below the DAV tree carries. COMPAT(macOS, iOS): DAV stands on PROPFIND
 * answers too, not on OPTIONS alone (sabre/dav CorePlugin.php).
 */
export function commonHeaders(path: Path): Readonly<Record<string, string>> {
  const place = "home" in path && path.kind !== "homes" ? `${path.kind} ${path.home}` : path.kind;
  return COMMON_HEADERS.get(place) ?? {};
}
