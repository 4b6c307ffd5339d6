import { timezoneOf } from "../calendar-timezone.ts";
import {
  COMPONENTS,
  matchesCalendar,
  nominate,
  parseCalendar,
  searchFor,
  type ComponentFilter,
} from "../icalendar/index.ts";
import { needsData, type PropertyRequest } from "../propstat.ts";
import type { CollectionRow, FoundObject, ObjectRow, ObjectSearch, Transaction } from "../store.ts";
import { decodeText } from "../text.ts";

/** What a query looks for: storage finds candidates, and the filter has the last word. */
export interface CalendarQuery {
  readonly filter: ComponentFilter;
  /** For floating times, the text of a VTIMEZONE or a TZID; null when the request names none. */
  readonly timezone: string | null;
  readonly wanted: PropertyRequest;
}

/** Objects whose text is read and judged at a time: others have their turn in between, and memory its bound. */
const CHUNK = 200;

/**
 * The objects of a calendar that match a query, with their text where the wanted properties need it.
 *
 * @param among the objects to judge; null for all members
 */
export async function searchCalendar(
  tx: Transaction,
  collection: CollectionRow,
  among: readonly ObjectRow[] | null,
  { filter, timezone, wanted }: CalendarQuery,
): Promise<ObjectRow[]> {
  const zone = timezone ?? timezoneOf(collection);
  const withText = needsData(wanted);
  const { searched, decides } = plan(filter, zone);
  const candidates =
    among?.map((object) => ({ object, exact: false })) ??
    (await tx.findObjects(collection, searched, { data: withText && decides }));
  const isSure = ({ exact }: FoundObject) => decides && exact;
  const unsure = candidates.filter((each) => !isSure(each)).map(({ object }) => object);
  const matching = new Map<string, ObjectRow>();
  for (let from = 0; from < unsure.length; from += CHUNK) {
    const chunk = unsure.slice(from, from + CHUNK);
    for (const object of await withTexts(tx, collection, chunk)) {
      if (matches(object, filter, zone)) matching.set(object.name, object);
    }
  }
  return candidates.flatMap((each) => {
    if (isSure(each)) return [each.object];
    const found = matching.get(each.object.name);
    if (found === undefined) return [];
    return [withText ? found : each.object];
  });
}

/** The objects with their stored text, in as few reads as the caller's share of them takes: one, or none. */
async function withTexts(
  tx: Transaction,
  collection: CollectionRow,
  objects: readonly ObjectRow[],
): Promise<readonly ObjectRow[]> {
  const missing = objects.filter(({ data }) => data === undefined).map(({ name }) => name);
  if (missing.length === 0) return objects;
  return tx.getObjects(collection, missing, { data: true });
}

function matches({ data }: ObjectRow, filter: ComponentFilter, zone: string | null): boolean {
  if (data === undefined) return false;
  return matchesCalendar(parseCalendar(decodeText(data).text), filter, zone);
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
