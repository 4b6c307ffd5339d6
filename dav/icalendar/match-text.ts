import { matchesCalendar } from "./filter.ts";
import type { ComponentFilter } from "./filter.ts";
import { parseCalendar } from "./parse.ts";

/**
 * Whether the text of a calendar object matches a filter, as `matchesCalendar` says. Without a time in the filter only
 * the properties that it names are read.
 *
 * @throws CalendarError when what is read of the text cannot be read
 */
export function matchesText(text: string, filter: ComponentFilter, zone: string | null): boolean {
  const only = asksForTimes(filter) ? undefined : new Set(namedIn(filter));
  return matchesCalendar(parseCalendar(text, only), filter, zone);
}

function asksForTimes({ timeRange, properties, components }: ComponentFilter): boolean {
  return (
    timeRange !== null ||
    properties.some((property) => property.timeRange !== null) ||
    components.some(asksForTimes)
  );
}

function namedIn({ properties, components }: ComponentFilter): string[] {
  return [...properties.map(({ name }) => name.toUpperCase()), ...components.flatMap(namedIn)];
}
