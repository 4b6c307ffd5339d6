import { DavError } from "../errors.ts";
import { returnPreference, VARY_BY_PREFERENCE, withApplied } from "../http/prefer.ts";
import type { DavRequest, DavResponse } from "../http/request.ts";
import { parseHref, type Path } from "../paths.ts";
import { privilegesOn } from "../privileges.ts";
import { resolve } from "../resolve.ts";
import { hrefOf, type Resource } from "../resource.ts";
import type { Transaction } from "../store.ts";
import { retrieve } from "./get.ts";
import type { MethodContext, Work } from "./method.ts";
import { checkState, stateOf } from "./state.ts";

/**
 * Work whose answer is as short or as full as the client prefers (RFC 8144). What is left out of a
 * multistatus is for those to know who write it; here stands what all methods have in common.
 */
export function preferring(work: Work, request: DavRequest, context: MethodContext): Work {
  switch (returnPreference(request)) {
    case "representation":
      return work.mode === "write" ? representing(work, request, context) : work;
    case "minimal":
      return { ...work, run: async (tx) => shortened(await work.run(tx), request) };
    default:
      return work;
  }
}

/** A multistatus is written without what is missing, any other success has no body (RFC 8144 section 2). */
function shortened(answer: DavResponse, { headers }: DavRequest): DavResponse {
  const isMinimal = answer.status === 207 || (answer.status < 300 && answer.body === undefined);
  if (!isMinimal || headers["prefer"] === undefined) return answer;
  return { ...answer, headers: withApplied(answer.headers, "return=minimal") };
}

/** Where what a method changed or made can be read. */
const CHANGED: Readonly<
  Record<
    string,
    (request: DavRequest, answer: DavResponse, hosts: readonly string[]) => Path | null
  >
> = {
  PUT: ({ path }) => path,
  POST: (_request, { headers }, hosts) => parseHref(headers["location"] ?? "", hosts),
  COPY: ({ headers }, _answer, hosts) => parseHref(headers["destination"] ?? "", hosts),
  MOVE: ({ headers }, _answer, hosts) => parseHref(headers["destination"] ?? "", hosts),
};

/**
 * Work that answers with the representation of what it changed (RFC 8144 section 3.1), or, when If-Match or
 * If-None-Match does not hold, of what stands there (section 3.2).
 */
function representing(work: Work, request: DavRequest, context: MethodContext): Work {
  const changed = CHANGED[request.method];
  return {
    ...work,
    run: async (tx) => {
      try {
        const answer = await work.run(tx);
        const path = changed?.(request, answer, context.hosts) ?? null;
        if (path === null || ![201, 204].includes(answer.status)) return answer;
        return (
          (await represented(tx, await readable(tx, path, context), answer, request, context)) ??
          answer
        );
      } catch (error) {
        const answer = await conflicting(tx, error, request, context);
        if (answer === null) throw error;
        return answer;
      }
    },
  };
}

/** The object or file at a path, if there is one that the user may read. */
async function readable(
  tx: Transaction,
  path: Path,
  { user }: MethodContext,
): Promise<Resource | null> {
  if (path.kind !== "object" && path.kind !== "file") return null;
  const resource = await resolve(tx, path, { data: true });
  return resource !== null && privilegesOn(resource, user.id).has("read") ? resource : null;
}

/** The 412 with what stands at the URL, or null when something else failed than If-Match or If-None-Match. */
async function conflicting(
  tx: Transaction,
  error: unknown,
  request: DavRequest,
  context: MethodContext,
): Promise<DavResponse | null> {
  if (!(error instanceof DavError) || error.status !== 412) return null;
  const resource = await readable(tx, request.path, context);
  if (resource === null || holds(request, resource)) return null;
  return represented(tx, resource, { status: 412, headers: {} }, request, context);
}

function holds(request: DavRequest, resource: Resource): boolean {
  try {
    checkState(request, resource);
    return true;
  } catch {
    return false;
  }
}

/** An answer with a representation as its body, or null where there is none to give. */
async function represented(
  tx: Transaction,
  resource: Resource | null,
  answer: DavResponse,
  { path, body, headers: { accept, "caldav-timezones": timezones } }: DavRequest,
  context: MethodContext,
): Promise<DavResponse | null> {
  if (resource === null || stateOf(resource).etag === null) return null;
  const asked = { method: "GET", path, body, headers: { accept, "caldav-timezones": timezones } };
  const found = await retrieve(tx, asked, resource, context).catch(refused);
  if (found?.body === undefined) return null;
  const headers = {
    ...answer.headers,
    ...found.headers,
    "content-location": hrefOf(resource),
    vary: [found.headers["vary"], VARY_BY_PREFERENCE].filter(Boolean).join(", "),
  };
  return {
    status: answer.status === 204 ? 200 : answer.status,
    headers: withApplied(headers, "return=representation"),
    body: found.body,
  };
}

/** What cannot be shown as Accept wants it does not make the change fail: only the preference is not applied. */
function refused(error: unknown): null {
  if (error instanceof DavError) return null;
  throw error;
}
