import { alarmOverlaps } from "./alarm.ts";
import { contains } from "./collation.ts";
import type { Collation } from "./collation.ts";
import { parameterValues, rawValue } from "./component.ts";
import type { Calendar, Component, Property } from "./component.ts";
import {
  availabilityInterval,
  freeBusyIntervals,
  instancesOf,
  intervalOfInstance,
  propertyIntervals,
  undatedInterval,
} from "./interval.ts";
import { overlaps, searchFor } from "./range.ts";
import type { Search, TimeRange } from "./range.ts";
import { scheduleOf } from "./series.ts";
import { zonesOf } from "./tzid.ts";
import type { ZoneLookup } from "./tzid.ts";

/** CALDAV:comp-filter (RFC 4791 section 9.7.1); names in any case. */
export interface ComponentFilter {
  readonly name: string;
  readonly isNotDefined: boolean;
  readonly timeRange: TimeRange | null;
  readonly properties: readonly PropertyFilter[];
  readonly components: readonly ComponentFilter[];
}

/** CALDAV:prop-filter (RFC 4791 section 9.7.2). */
export interface PropertyFilter {
  readonly name: string;
  readonly isNotDefined: boolean;
  readonly timeRange: TimeRange | null;
  readonly textMatch: TextMatch | null;
  readonly parameters: readonly ParameterFilter[];
}

/** CALDAV:param-filter (RFC 4791 section 9.7.3). */
export interface ParameterFilter {
  readonly name: string;
  readonly isNotDefined: boolean;
  readonly textMatch: TextMatch | null;
}

/** CALDAV:text-match (RFC 4791 section 9.7.5). */
export interface TextMatch {
  readonly text: string;
  readonly collation: Collation;
  readonly negate: boolean;
}

interface Context {
  readonly lookup: ZoneLookup;
  readonly searchOf: (range: TimeRange) => Search;
}

/**
 * Whether a calendar object matches a CALDAV:filter, whose outermost comp-filter names VCALENDAR
 * (RFC 4791 sections 9.7 to 9.9). `zone`, a TZID or the text of a VTIMEZONE, is what floating times
 * are read in; null means UTC.
 */
export function matchesCalendar(
  calendar: Calendar,
  filter: ComponentFilter,
  zone: string | null,
): boolean {
  const searches = new Map<TimeRange, Search>();
  const searchOf = (range: TimeRange) => {
    const search = searches.get(range) ?? searchFor(range, zone);
    searches.set(range, search);
    return search;
  };
  const context = { lookup: zonesOf(calendar), searchOf };
  return matchesComponents([calendar], filter, [], context);
}

/** `parents` are the containers of the candidates, the outermost first. */
function matchesComponents(
  candidates: readonly Component[],
  filter: ComponentFilter,
  parents: readonly Component[],
  context: Context,
): boolean {
  const name = filter.name.toUpperCase();
  const named = candidates.filter((component) => component.name === name);
  if (filter.isNotDefined) return named.length === 0;
  return named.some((component) => matchesComponent(component, filter, parents, context));
}

function matchesComponent(
  component: Component,
  filter: ComponentFilter,
  parents: readonly Component[],
  context: Context,
): boolean {
  const { timeRange } = filter;
  return (
    filter.properties.every((child) => matchesProperty(component, child, context)) &&
    filter.components.every((child) =>
      matchesComponents(component.components, child, [...parents, component], context),
    ) &&
    (timeRange === null || takesPlace(component, parents, context.searchOf(timeRange), context))
  );
}

/** CALDAV:time-range on a component; false for components to which RFC 4791 gives no time. */
function takesPlace(
  component: Component,
  parents: readonly Component[],
  search: Search,
  { lookup }: Context,
): boolean {
  const parent = parents.at(-1);
  if (parent === undefined) return false;
  switch (component.name) {
    case "VEVENT":
    case "VTODO":
    case "VJOURNAL":
    case "AVAILABLE":
      return instanceTakesPlace(component, parent, search, lookup);
    case "VFREEBUSY":
      return freeBusyIntervals(component, lookup).some((interval) => overlaps(interval, search));
    case "VAVAILABILITY":
      return overlaps(availabilityInterval(component, lookup), search);
    case "VALARM": {
      const container = parents.at(-2);
      const schedule = container && scheduleOf(container, parent.name, lookup);
      return alarmOverlaps(component, parent, schedule?.get(parent), search, lookup);
    }
    default:
      return false;
  }
}

function instanceTakesPlace(
  component: Component,
  parent: Component,
  search: Search,
  lookup: ZoneLookup,
): boolean {
  const timing = scheduleOf(parent, component.name, lookup).get(component);
  if (timing === undefined) return false;
  if (timing.timed === null) {
    const interval = undatedInterval(component, lookup);
    return interval !== null && overlaps(interval, search);
  }
  for (const instance of instancesOf(component, timing, search)) {
    if (overlaps(intervalOfInstance(instance), search)) return true;
  }
  return false;
}

/** One and the same property must satisfy all of a filter's conditions. */
function matchesProperty(component: Component, filter: PropertyFilter, context: Context): boolean {
  const name = filter.name.toUpperCase();
  const named = component.properties.filter((property) => property.name === name);
  if (filter.isNotDefined) return named.length === 0;
  return named.some((property) => satisfies(property, filter, context));
}

function satisfies(property: Property, filter: PropertyFilter, context: Context): boolean {
  const { textMatch, timeRange } = filter;
  if (textMatch !== null && !matchesText(searchedText(property), textMatch)) return false;
  if (timeRange !== null) {
    const search = context.searchOf(timeRange);
    const intervals = propertyIntervals(property, context.lookup);
    if (!intervals.some((interval) => overlaps(interval, search))) return false;
  }
  return filter.parameters.every((child) => matchesParameter(property, child));
}

/** Texts without their escapes, several values joined by commas; other values as they were sent. */
export function searchedText(property: Property): string {
  return property.type === "text" ? property.values.map(String).join(",") : rawValue(property);
}

function matchesParameter(property: Property, filter: ParameterFilter): boolean {
  const values = parameterValues(property, filter.name);
  if (filter.isNotDefined || values === null) return filter.isNotDefined && values === null;
  const { textMatch } = filter;
  return textMatch === null || values.some((value) => matchesText(value, textMatch));
}

function matchesText(text: string, { text: part, collation, negate }: TextMatch): boolean {
  return contains(text, part, collation) !== negate;
}
