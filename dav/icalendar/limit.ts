import { property, splitLine, textOf } from "./component.ts";
import type { Calendar, Component } from "./component.ts";
import { onlyInstance } from "./instances.ts";
import { instancesOf, intervalOfInstance } from "./interval.ts";
import { instantOf, readMoment } from "./moment.ts";
import { overlaps, searchFor } from "./range.ts";
import type { Search, TimeRange } from "./range.ts";
import { scheduleOf } from "./series.ts";
import type { Schedule } from "./series.ts";
import type { Timed } from "./timed.ts";
import { zonesOf } from "./tzid.ts";
import type { ZoneLookup } from "./tzid.ts";
import { readPeriod } from "./value.ts";
import type { WrittenTime } from "./value.ts";
import type { Content } from "./write.ts";

/**
 * CALDAV:limit-recurrence-set (RFC 4791 section 9.6.6): leaves out overridden instances that have no part in
 * the range, neither where they are nor where the series had them, nor by what they change after it.
 *
 * @param zone a TZID or the text of a VTIMEZONE in which floating times are compared with the range
 * @returns the calendar itself when all of it stays
 */
export function limitRecurrences(
  calendar: Calendar,
  range: TimeRange,
  zone: string | null,
): Calendar {
  const lookup = zonesOf(calendar);
  const search = searchFor(range, zone);
  const components = calendar.components.filter((component) => {
    if (property(component, "RECURRENCE-ID") === undefined) return true;
    return matters(component, scheduleOf(calendar, component.name, lookup), search, lookup);
  });
  return components.length === calendar.components.length ? calendar : { ...calendar, components };
}

function matters(
  component: Component,
  schedule: Schedule,
  search: Search,
  lookup: ZoneLookup,
): boolean {
  const timing = schedule.get(component);
  const id = readMoment(property(component, "RECURRENCE-ID"), lookup);
  if (timing === undefined || timing.timed === null || id === null) return true;
  for (const instance of instancesOf(component, timing, search)) {
    if (overlaps(intervalOfInstance(instance), search)) return true;
  }
  const starts = instantOf(id);
  const { starts: now, ends } = onlyInstance(masterOf(schedule, component) ?? timing.timed);
  const length = Math.max(ends - now, 1);
  return overlaps({ starts, ends: starts + length, floating: id.zone === null }, search);
}

/** One look at a schedule, whatever the number of overrides. */
const masters = new WeakMap<Schedule, ReadonlyMap<string | null, Timed | null>>();

function masterOf(schedule: Schedule, component: Component): Timed | null {
  let byUid = masters.get(schedule);
  if (byUid === undefined) {
    const all = [...schedule].filter(([other]) => property(other, "RECURRENCE-ID") === undefined);
    byUid = new Map(all.map(([other, { timed }]) => [textOf(other, "UID"), timed]));
    masters.set(schedule, byUid);
  }
  return byUid.get(textOf(component, "UID")) ?? null;
}

/**
 * CALDAV:limit-freebusy-set (RFC 4791 section 9.6.7): leaves out the periods of FREEBUSY properties that do
 * not overlap the range.
 */
export function limitFreeBusy(content: Content, range: TimeRange): Content {
  const search = searchFor(range, null);
  const components = content.components.map((component) =>
    component.name === "VFREEBUSY"
      ? { ...component, lines: component.lines.flatMap((line) => limitLine(line, search)) }
      : component,
  );
  return { ...content, components };
}

function limitLine(line: string, search: Search): string[] {
  if (!/^FREEBUSY[;:]/i.test(line)) return [line];
  const { head, value } = splitLine(line);
  const kept = value.split(",").filter((text) => periodOverlaps(text, search));
  return kept.length === 0 ? [] : [`${head}:${kept.join(",")}`];
}

/** FREEBUSY periods are in UTC (RFC 5545 section 3.8.2.6); what is no period stays. */
function periodOverlaps(text: string, search: Search): boolean {
  const period = readPeriod(text);
  if (period === null) return true;
  const starts = period.start.wall;
  return overlaps({ starts, ends: endOf(starts, period.end), floating: false }, search);
}

function endOf(starts: number, end: WrittenTime | { days: number; seconds: number }): number {
  return "wall" in end ? end.wall : starts + end.days * 86_400 + end.seconds;
}
