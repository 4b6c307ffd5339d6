import type { Capabilities, TargetKind } from "./capabilities.ts";
import { DavError, errorBody } from "./errors.ts";
import { wantedTimezones } from "./http/headers.ts";
import type { Context, DavRequest, DavResponse } from "./http/request.ts";
import { readingIf } from "./methods/conditions.ts";
import { METHODS } from "./methods/index.ts";
import type { Work } from "./methods/method.ts";
import { preferring } from "./methods/preferences.ts";
import { complianceClasses, type Extensions } from "./methods/options.ts";
import { XML_CONTENT_TYPE } from "./multistatus.ts";
import type { Path } from "./paths.ts";
import { LIVE_PROPERTIES } from "./properties/index.ts";
import { REPORTS } from "./reports/index.ts";
import { checkGranted, isForeign } from "./resolve.ts";

export type {
  Context,
  DavRequest,
  DavResponse,
  Limits,
  Part,
  PushAdvertisement,
  Rest,
  WebPushTransport,
} from "./http/request.ts";
export type { Work } from "./methods/method.ts";
export { silencedBy } from "./push/dont-notify.ts";
export { DavError } from "./errors.ts";
export { objectsOfFile } from "./file-objects.ts";
export { searchKeys, validateObject, type ValidObject } from "./objects.ts";
export { feedPeriodOf, feedUrlOf } from "./feed-source.ts";
export { UNSEARCHED } from "./search/keys.ts";
export { mirrorObjects } from "./mirror-objects.ts";
export { storeObjects } from "./store-objects.ts";
export { DAV_ROOT, parsePath } from "./paths.ts";

const CAPABILITIES: Capabilities = {
  methodsOn: (kind) =>
    [...METHODS.values()].filter((method) => method.on.has(kind)).map((method) => method.name),
  reportsOn: (kind) =>
    [...REPORTS.values()].filter((report) => report.on.has(kind)).map((report) => report.name),
  propertiesOn: (kind) =>
    [...LIVE_PROPERTIES.values()].filter(({ on }) => on.has(kind)).map(({ name }) => name),
};

/**
 * Does everything of a request that needs no database: parses, validates, refuses.
 *
 * @returns the work to run in a transaction
 * @throws DavError
 */
export async function prepare(request: DavRequest, context: Context): Promise<Work> {
  checkFiles(request.path, context);
  checkDirectory(request.path, context);
  const method = METHODS.get(request.method);
  if (method === undefined) throw new DavError(405, `${request.method} is not supported`);
  if (method.bodiless && request.body.length > 0) {
    throw new DavError(415, `${request.method} takes no body`);
  }
  const given = {
    ...context,
    capabilities: CAPABILITIES,
    timezone: null,
    timezones: wantedTimezones(request),
    expanded: { characters: 0 },
  };
  const reading = readingIf(await method.prepare(request, given), request, given);
  const work = preferring(reading, request, given);
  return isForeign(request.path, context.user) ? guarded(work, request.path) : work;
}

/** Work in the home of another, which begins by asking whether anything was granted there. */
function guarded(work: Work, path: Parameters<typeof checkGranted>[1]): Work {
  return {
    ...work,
    run: async (tx) => {
      await checkGranted(tx, path);
      return work.run(tx);
    },
  };
}

/** Files can be switched off. */
function checkFiles(path: Path, { files }: Context): void {
  const isFiles = path.kind === "file" || (path.kind === "homes" && path.home === "files");
  if (isFiles && !files) {
    throw new DavError(404, "there are no files on this server");
  }
}

function checkDirectory({ kind }: Path, { directory }: Context): void {
  if (directory || (kind !== "directory" && kind !== "directory-card")) return;
  throw new DavError(404, "there is no directory on this server");
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
  directory: ["directory"],
  "directory-card": ["directory-card"],
  "home calendars": ["calendar-home"],
  "home addressbooks": ["addressbook-home"],
  "collection calendars": ["calendar", "unmapped"],
  "collection addressbooks": ["addressbook", "unmapped"],
  "object calendars": ["calendar-object", "unmapped"],
  "object addressbooks": ["addressbook-object", "unmapped"],
  file: ["file-home", "file-collection", "file", "unmapped-file"],
};

type Headers = Readonly<Record<string, string>>;

function headersByPlace(extensions: Extensions): ReadonlyMap<string, Headers> {
  const headers = Object.entries(KINDS).map(([place, kinds]): [string, Headers] => {
    const allowed = new Set(kinds.flatMap((kind) => CAPABILITIES.methodsOn(kind)));
    const dav = complianceClasses(allowed, kinds, extensions);
    return [place, { dav, allow: [...allowed].join(", ") }];
  });
  return new Map(headers);
}

const COMMON_HEADERS = {
  withPush: headersByPlace({ webPush: true }),
  withoutPush: headersByPlace({ webPush: false }),
};

/**
 * Headers that every answer below the DAV tree carries. COMPAT(macOS, iOS): DAV stands on PROPFIND
 * answers too, not on OPTIONS alone (sabre/dav CorePlugin.php).
 */
export function commonHeaders(path: Path, { webPush }: Extensions): Headers {
  const headers = webPush ? COMMON_HEADERS.withPush : COMMON_HEADERS.withoutPush;
  const place = "home" in path && path.kind !== "homes" ? `${path.kind} ${path.home}` : path.kind;
  return headers.get(place) ?? {};
}
