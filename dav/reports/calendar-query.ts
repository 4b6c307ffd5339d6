import { timezoneOf } from "../calendar-timezone.ts";
import { DavError, violated } from "../errors.ts";
import { depthOf } from "../http/headers.ts";
import type { DavRequest } from "../http/request.ts";
import {
  floatingRange,
  isStandardZone,
  isTimezone,
  matchesCalendar,
  parseCalendar,
  type ComponentFilter,
  type TimeRange,
} from "../icalendar/index.ts";
import type { MethodContext } from "../methods/method.ts";
import { multistatus } from "../multistatus.ts";
import { need } from "../privileges.ts";
import { propertyResponses } from "../property-responses.ts";
import { needsData, readPropertyRequest, type PropertyRequest } from "../propstat.ts";
import { hasQuirk } from "../quirks.ts";
import { resolve } from "../resolve.ts";
import { objectResource } from "../resource.ts";
import type { CollectionRow, ObjectRow, ObjectSearch, Transaction } from "../store.ts";
import { decodeText } from "../text.ts";
import { child, text, type Element } from "../xml/element.ts";
import { caldav } from "../xml/names.ts";
import { readCalendarFilter } from "./calendar-filter.ts";
import type { Report } from "./report.ts";

/** What a query looks for: the search that storage answers, and the filter that has the last word. */
interface CalendarQuery {
  readonly filter: ComponentFilter;
  /** For floating times, the text of a VTIMEZONE or a TZID; null when the request names none. */
  readonly timezone: string | null;
  readonly wanted: PropertyRequest;
}

/** calendar-query (RFC 4791 section 7.8). */
export const CALENDAR_QUERY: Report = {
  name: caldav("calendar-query"),
  on: new Set(["calendar"]),
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
        if (resource.kind !== "calendar") {
          throw violated("supported-report", "calendar-query works on a calendar");
        }
        const { collection } = resource;
        const found = withMembers ? await search(tx, collection, query) : [];
        const objects = found.map((object) => objectResource(collection, object));
        const zoned = { ...context, timezone };
        return multistatus(await propertyResponses(tx, objects, query.wanted, zoned));
      },
    };
  },
};

function readQuery(root: Element, request: DavRequest): CalendarQuery {
  const filter = child(root, caldav("filter"));
  if (filter === undefined) throw new DavError(400, "calendar-query needs a filter");
  return {
    filter: readCalendarFilter(filter),
    timezone: readTimezone(root),
    wanted: readPropertyRequest(root, request),
  };
}

/** CALDAV:timezone (RFC 4791 section 9.8) or CALDAV:timezone-id (RFC 7809 section 6.1). */
function readTimezone(root: Element): string | null {
  const [timezone, tzid] = [caldav("timezone"), caldav("timezone-id")].map((name) => {
    const element = child(root, name);
    return element === undefined ? null : text(element).trim();
  });
  if (tzid && !isStandardZone(tzid)) {
    throw violated("valid-timezone", "timezone-id is the name of an IANA time zone");
  }
  if (timezone && !isTimezone(timezone)) {
    throw violated("valid-calendar-data", "timezone is a calendar with a VTIMEZONE");
  }
  return [timezone, tzid].find((zone) => zone !== null && zone !== "") ?? null;
}

/** At Depth 0, which RFC 3253 makes the default, a calendar itself is asked and never matches. */
function includesMembers(request: DavRequest, { userAgent }: MethodContext): boolean {
  return depthOf(request, 0) !== 0 || hasQuirk("query-depth-0-is-1", userAgent);
}

async function search(
  tx: Transaction,
  collection: CollectionRow,
  { filter, timezone, wanted }: CalendarQuery,
): Promise<ObjectRow[]> {
  const zone = timezone ?? timezoneOf(collection);
  const { component, range, decides } = plan(filter);
  const searched: ObjectSearch = {
    ...(component !== null && { component }),
    ...(range !== null && { range: searchRange(range, zone) }),
  };
  const data = needsData(wanted);
  const candidates = await tx.findObjects(collection, searched, { data: data || !decides });
  const undecided = candidates.filter(({ exact }) => !(decides && exact));
  const texts = data || !decides ? null : await readTexts(tx, collection, undecided);
  return candidates
    .filter(({ object, exact }) => {
      if (decides && exact) return true;
      const stored = object.data ?? texts?.get(object.name);
      return stored !== undefined && matches(stored, filter, zone);
    })
    .map(({ object }) => object);
}

async function readTexts(
  tx: Transaction,
  collection: CollectionRow,
  undecided: readonly { object: ObjectRow }[],
): Promise<Map<string, Buffer | undefined>> {
  const names = undecided.map(({ object }) => object.name);
  const objects = names.length === 0 ? [] : await tx.getObjects(collection, names, { data: true });
  return new Map(objects.map((object) => [object.name, object.data]));
}

/** What of a filter storage can search by, and whether its exact rows need no further look. */
function plan(filter: ComponentFilter): {
  component: string | null;
  range: TimeRange | null;
  decides: boolean;
} {
  const [only, ...others] = filter.components;
  const isBare =
    !filter.isNotDefined && filter.timeRange === null && filter.properties.length === 0;
  if (only === undefined) return { component: null, range: null, decides: isBare };
  if (others.length > 0 || only.isNotDefined || only.name === "VTIMEZONE") {
    return { component: null, range: null, decides: false };
  }
  const decides = isBare && only.properties.length === 0 && only.components.length === 0;
  return { component: only.name, range: only.timeRange, decides };
}

function searchRange(range: TimeRange, zone: string | null): NonNullable<ObjectSearch["range"]> {
  const floating = floatingRange(range, zone);
  return {
    starts: range.start ?? Number.MIN_SAFE_INTEGER,
    ends: range.end ?? Number.MAX_SAFE_INTEGER,
    floatingStarts: floating.start ?? Number.MIN_SAFE_INTEGER,
    floatingEnds: floating.end ?? Number.MAX_SAFE_INTEGER,
  };
}

function matches(stored: Buffer, filter: ComponentFilter, zone: string | null): boolean {
  return matchesCalendar(parseCalendar(decodeText(stored).text), filter, zone);
}
