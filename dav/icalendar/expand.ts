import { DAY } from "./civil.ts";
import { parameterValues, rawValue, splitLine } from "./component.ts";
import type { Calendar, Component, Property } from "./component.ts";
import type { Instance } from "./instances.ts";
import { instancesOf, intervalOfInstance, undatedInterval } from "./interval.ts";
import { instantOf, momentOf, readMoment, zoneOfProperty } from "./moment.ts";
import type { Moment } from "./moment.ts";
import { overlaps, searchFor } from "./range.ts";
import type { Search, TimeRange } from "./range.ts";
import { scheduleOf } from "./series.ts";
import { zonesOf } from "./tzid.ts";
import type { ZoneLookup } from "./tzid.ts";
import { readDuration, readPeriod, readTime } from "./value.ts";
import type { Duration, WrittenTime } from "./value.ts";
import { contentOf, formatDate, formatTime } from "./write.ts";
import type { Content } from "./write.ts";
import type { Zone } from "./zone.ts";

/** Called with the size of each instance before it is made; throws when there are too many. */
export type Spend = (characters: number) => void;

interface Expansion {
  readonly lookup: ZoneLookup;
  readonly search: Search;
  readonly spend: Spend;
}

const SCHEDULED = new Set(["VEVENT", "VTODO", "VJOURNAL", "AVAILABLE"]);
const RECURRENCE = new Set(["RRULE", "RDATE", "EXRULE", "EXDATE", "RECURRENCE-ID"]);

/**
 * CALDAV:expand (RFC 4791 section 9.6.5): one component for each instance in the range, without rules and
 * without time zones. Times of a zone become UTC; dates and floating times stay what they are, since
 * no UTC time means the same.
 *
 * @param zone a TZID or the text of a VTIMEZONE in which floating times are compared with the range
 */
export function expandCalendar(
  calendar: Calendar,
  range: TimeRange,
  zone: string | null,
  spend: Spend,
): Content {
  const expansion = { lookup: zonesOf(calendar), search: searchFor(range, zone), spend };
  return { ...contentOf(calendar), components: expandInside(calendar, expansion) };
}

function expandInside(container: Component, expansion: Expansion): Content[] {
  return container.components.flatMap((component) => {
    if (component.name === "VTIMEZONE") return [];
    if (SCHEDULED.has(component.name)) return expandComponent(component, container, expansion);
    const { lines } = inUtc(component, expansion.lookup);
    return [{ name: component.name, lines, components: expandInside(component, expansion) }];
  });
}

function expandComponent(
  component: Component,
  container: Component,
  { lookup, search, spend }: Expansion,
): Content[] {
  const timing = scheduleOf(container, component.name, lookup).get(component);
  if (timing === undefined) return [];
  if (timing.timed === null) {
    const interval = undatedInterval(component, lookup);
    return interval !== null && overlaps(interval, search) ? [inUtc(component, lookup)] : [];
  }
  const inside = component.components.map((inner) => inUtc(inner, lookup));
  const found: Content[] = [];
  for (const instance of instancesOf(component, timing, search)) {
    if (!overlaps(intervalOfInstance(instance), search)) continue;
    spend(component.ends - component.starts);
    const lines = instanceLines(instance, lookup);
    found.push({ name: component.name, lines, components: inside });
  }
  return found;
}

function inUtc({ name, properties, components }: Component, lookup: ZoneLookup): Content {
  return {
    name,
    lines: properties.map((property) => lineInUtc(property, lookup)),
    components: components.map((inner) => inUtc(inner, lookup)),
  };
}

function instanceLines(instance: Instance, lookup: ZoneLookup): string[] {
  const { component, shape } = instance.timed;
  const anchor = shape === "due" ? "DUE" : "DTSTART";
  const lines: string[] = [];
  let hasEnd = shape === "due";
  for (const property of component.properties) {
    if (RECURRENCE.has(property.name)) continue;
    if (property.name === anchor) {
      lines.push(timeLine(anchor, instance.starts, instance.start));
      lines.push(...recurrenceLine(instance, lookup));
    } else if (["DTEND", "DUE", "DURATION"].includes(property.name)) {
      lines.push(endLine(property, instance));
      hasEnd = true;
    } else lines.push(lineInUtc(property, lookup));
  }
  return hasEnd || endsByItself(instance) ? lines : [...lines, endOf(instance)];
}

/** Whether the start alone says when the instance ends (RFC 5545 section 3.6.1). */
function endsByItself({ start, starts, ends }: Instance): boolean {
  return ends - starts === (start.date ? DAY : 0) || ends === starts;
}

/** A DURATION stays as long as it says the same: in UTC a day always has 24 hours. */
function endLine(property: Property, instance: Instance): string {
  const duration = property.name === "DURATION" ? readDuration(rawValue(property)) : null;
  const keeps = duration !== null && secondsOf(duration) === instance.ends - instance.starts;
  return keeps ? property.text : endOf(instance);
}

function secondsOf({ days, seconds }: Duration): number {
  return days * DAY + seconds;
}

function endOf({ timed, start, ends }: Instance): string {
  return timeLine(timed.component.name === "VTODO" ? "DUE" : "DTEND", ends, start);
}

function recurrenceLine({ timed, recurrence }: Instance, lookup: ZoneLookup): string[] {
  const written = timed.component.properties.find(({ name }) => name === "RECURRENCE-ID");
  const id = recurrence ?? readMoment(written, lookup);
  return id === null ? [] : [timeLine("RECURRENCE-ID", instantOf(id), id)];
}

/** `seconds` are Unix seconds, or wall-clock seconds where the moment floats. */
function timeLine(name: string, seconds: number, { date, zone }: Moment): string {
  if (date) return `${name};VALUE=DATE:${formatDate(seconds)}`;
  return `${name}:${formatTime(seconds, zone !== null)}`;
}

/** A property without TZID stays as it is; a zone that nobody knows leaves a floating time. */
function lineInUtc(property: Property, lookup: ZoneLookup): string {
  if (parameterValues(property, "TZID") === null) return property.text;
  const zone = zoneOfProperty(property, lookup);
  const { head, value } = splitLine(property.text);
  const values = value.split(",").map((text) => valueInUtc(text, zone));
  return `${head.replace(/;TZID=(?:"[^"]*"|[^;:,]*)/gi, "")}:${values.join(",")}`;
}

function valueInUtc(text: string, zone: Zone | null): string {
  const period = readPeriod(text);
  if (period === null) {
    const time = readTime(text);
    return time === null ? text : timeInUtc(time, zone);
  }
  const end = "wall" in period.end ? timeInUtc(period.end, zone) : text.split("/")[1];
  return `${timeInUtc(period.start, zone)}/${end}`;
}

function timeInUtc(written: WrittenTime, zone: Zone | null): string {
  const moment = momentOf(written, zone);
  if (moment.date) return formatDate(moment.wall);
  return formatTime(instantOf(moment), moment.zone !== null);
}
