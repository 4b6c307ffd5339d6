import { timezoneOf } from "../calendar-timezone.ts";
import {
  COMPONENTS,
  matchesText,
  nominate,
  searchFor,
  type ComponentFilter,
} from "../icalendar/index.ts";
import { columnsFor, type PropertyRequest } from "../propstat.ts";
import { keeping, PORTION, readObjects } from "../read-objects.ts";
import type { CollectionRow, FoundObject, ObjectRow, ObjectSearch, Transaction } from "../store.ts";
import { decodeText } from "../text.ts";

/** What a query looks for: storage finds candidates, and the filter has the last word. */
export interface CalendarQuery {
  readonly filter: ComponentFilter;
  /** For floating times, the text of a VTIMEZONE or a TZID; null when the request names none. */
  readonly timezone: string | null;
  readonly wanted: PropertyRequest;
}

/** What a query found. */
interface Search {
  /** Where the wanted properties need the stored bytes, the first objects have theirs. */
  readonly objects: readonly ObjectRow[];
  /** Whether an object with its bytes matches. */
  readonly matches: (object: ObjectRow) => boolean;
}

/**
 * The objects of a calendar that match a query.
 *
 * @param among the objects to judge; null for all members
 */
export async function searchCalendar(
  tx: Transaction,
  collection: CollectionRow,
  among: readonly ObjectRow[] | null,
  { filter, timezone, wanted }: CalendarQuery,
): Promise<Search> {
  const zone = timezone ?? timezoneOf(collection);
  const wantedColumns = columnsFor(wanted);
  const { searched, decides } = plan(filter, zone);
  const columns = { ...wantedColumns, data: wantedColumns.data && decides, bytes: PORTION };
  const candidates =
    among?.map((object) => ({ object, exact: false })) ??
    (await tx.findObjects(collection, searched, columns));
  const isSure = ({ exact }: FoundObject) => decides && exact;
  const unsure = candidates.filter((each) => !isSure(each)).map(({ object }) => object.name);
  const matches = ({ data }: ObjectRow) =>
    data !== undefined && matchesText(decodeText(data).text, filter, zone);
  const keep = keeping(wantedColumns.data ? PORTION : 0);
  const matching = new Map<string, ObjectRow>();
  for await (const objects of readObjects(tx, collection, unsure)) {
    for (const each of objects) if (matches(each)) matching.set(each.name, keep(each));
  }
  const objects = candidates.flatMap((each) =>
    isSure(each) ? each.object : (matching.get(each.object.name) ?? []),
  );
  return { objects, matches };
}

/** What of a filter storage can search by, and whether its exact rows need no further look. */
function plan(
  filter: ComponentFilter,
  zone: string | null,
): { searched: ObjectSearch; decides: boolean } {
  const [only, ...others] = filter.components;
  const keys = nominate(filter);
  const searched = keys === null ? {} : { keys };
  const isBare =
    !filter.isNotDefined && filter.timeRange === null && filter.properties.length === 0;
  if (only === undefined) return { searched, decides: isBare };
  if (others.length > 0 || only.isNotDefined || !COMPONENTS.some((name) => name === only.name)) {
    return { searched, decides: false };
  }
  const { name, timeRange, properties, components } = only;
  return {
    searched: {
      ...searched,
      component: name,
      ...(timeRange !== null && { range: searchFor(timeRange, zone) }),
    },
    decides: isBare && properties.length === 0 && components.length === 0,
  };
}
