import { DavError, violated } from "../errors.ts";
import { depthOf } from "../http/headers.ts";
import type { DavRequest } from "../http/request.ts";
import type { MethodContext } from "../methods/method.ts";
import { objectsAnswer } from "../object-responses.ts";
import { need } from "../privileges.ts";
import { readPropertyRequest } from "../propstat.ts";
import { hasQuirk } from "../quirks.ts";
import { resolve } from "../resolve.ts";
import type { Resource } from "../resource.ts";
import type { CollectionRow, ObjectRow } from "../store.ts";
import { child, type Element } from "../xml/element.ts";
import { caldav } from "../xml/names.ts";
import { readCalendarFilter } from "./calendar-filter.ts";
import { searchCalendar, type CalendarQuery } from "./calendar-search.ts";
import { readTimezone } from "./query-timezone.ts";
import type { Report } from "./report.ts";

/** calendar-query (RFC 4791 section 7.8), of the members of a calendar or of one object. */
export const CALENDAR_QUERY: Report = {
  name: caldav("calendar-query"),
  on: new Set(["calendar", "calendar-object"]),
  prepare(root, request, context) {
    const query = readQuery(root, request);
    const { timezone } = query;
    const withMembers = includesMembers(request, context);
    return {
      mode: "snapshot",
      run: async (tx) => {
        const resource = await resolve(tx, request.path);
        if (resource === null) throw new DavError(404, "nothing is mapped to this URL");
        need("read", resource, context.user.id);
        const { collection, among } = subject(resource, withMembers);
        const { objects, matches } = await searchCalendar(tx, collection, among, query);
        const found = { collection, objects, stays: matches, gone: () => null };
        return objectsAnswer(tx, found, query.wanted, { ...context, timezone });
      },
    };
  },
};

/**
 * Where a query looks: in all members, or among objects at hand. A calendar without its members never matches.
 *
 * @throws DavError supported-report on anything else
 */
function subject(
  resource: Resource,
  withMembers: boolean,
): { collection: CollectionRow; among: readonly ObjectRow[] | null } {
  if (resource.kind === "calendar-object") {
    return { collection: resource.collection, among: [resource.object] };
  }
  if (resource.kind !== "calendar") {
    throw violated("supported-report", "calendar-query works on a calendar and its members");
  }
  return { collection: resource.collection, among: withMembers ? null : [] };
}

function readQuery(root: Element, request: DavRequest): CalendarQuery {
  const filter = child(root, caldav("filter"));
  if (filter === undefined) throw new DavError(400, "calendar-query needs a filter");
  return {
    filter: readCalendarFilter(filter),
    timezone: readTimezone(root),
    wanted: readPropertyRequest(root, request),
  };
}

/** At Depth 0, which RFC 3253 makes the default, a calendar itself is asked and never matches. */
function includesMembers(request: DavRequest, { userAgent }: MethodContext): boolean {
  return depthOf(request, 0) !== 0 || hasQuirk("query-depth-0-is-1", userAgent);
}
