import { busyTypeOf } from "./busy-type.ts";
import { properties, parameterValues, rawValue } from "./component.ts";
import type { Calendar, Component, Property } from "./component.ts";
import { instancesOf } from "./interval.ts";
import { instantAfter, instantOf, momentOf, zoneOfProperty } from "./moment.ts";
import type { Moment } from "./moment.ts";
import { parseCalendar } from "./parse.ts";
import { clockOf, searchFor } from "./range.ts";
import { scheduleOf } from "./series.ts";
import type { Interval } from "./timed.ts";
import { zonesOf } from "./tzid.ts";
import type { ZoneLookup } from "./tzid.ts";
import { readPeriod } from "./value.ts";
import { formatTime, writeContent } from "./write.ts";
import type { Zone } from "./zone.ts";

/** Time that is taken, in Unix seconds, [starts, ends). */
export interface BusyTime {
  /** The FBTYPE (RFC 5545 section 3.2.9), in upper case. */
  readonly type: string;
  readonly starts: number;
  readonly ends: number;
}

interface BoundedRange {
  readonly start: number;
  readonly end: number;
}

/** All that decides about free and busy; the rest of a stored text is not read. */
const NEEDED = new Set(
  `UID DTSTART DTEND DURATION RRULE RDATE EXDATE RECURRENCE-ID STATUS TRANSP FREEBUSY
   TZID TZOFFSETFROM TZOFFSETTO X-LIC-LOCATION X-MICROSOFT-CDO-TZID`.split(/\s+/),
);

/**
 * When a stored calendar object takes time of the range (RFC 4791 section 7.10), cut to it.
 *
 * @param zone a TZID or the text of a VTIMEZONE in which floating times are read; null means UTC
 * @param spend called for each instance; may throw when there are too many
 * @throws CalendarError when the text cannot be read
 */
export function busyTimes(
  text: string,
  range: BoundedRange,
  zone: string | null,
  spend: () => void,
): BusyTime[] {
  const calendar = parseCalendar(text, NEEDED);
  const clock = clockOf(zone);
  const found = calendar.components.flatMap((component) => {
    if (component.name === "VFREEBUSY") return statedTimes(component, clock, zonesOf(calendar));
    const type = component.name === "VEVENT" ? busyTypeOf(component) : null;
    return type === null ? [] : eventTimes(calendar, component, type, { range, zone, spend });
  });
  return found.flatMap((time) => within(time, range));
}

/** The part of a time that lies in a range, if any. */
function within(time: BusyTime, range: BoundedRange): BusyTime[] {
  const starts = Math.max(time.starts, range.start);
  const ends = Math.min(time.ends, range.end);
  return starts < ends ? [{ ...time, starts, ends }] : [];
}

/** A row of the time index that says by itself when time is taken. */
interface BusyRow extends Interval {
  readonly busy: string;
}

/** As `busyTimes`, of rows of the time index in place of the text. */
export function indexedTimes(
  rows: readonly BusyRow[],
  range: BoundedRange,
  zone: string | null,
): BusyTime[] {
  const clock = clockOf(zone);
  return rows.flatMap(({ busy, floating, starts, ends }) => {
    const time = floating
      ? { starts: clock.toUtc(starts), ends: clock.toUtc(ends) }
      : { starts, ends };
    return within({ type: busy, ...time }, range);
  });
}

function eventTimes(
  calendar: Calendar,
  event: Component,
  type: string,
  { range, zone, spend }: { range: BoundedRange; zone: string | null; spend: () => void },
): BusyTime[] {
  const timing = scheduleOf(calendar, "VEVENT", zonesOf(calendar)).get(event);
  if (timing === undefined) return [];
  const clock = clockOf(zone);
  const times: BusyTime[] = [];
  for (const { start, starts, ends } of instancesOf(event, timing, searchFor(range, zone))) {
    spend();
    times.push({ type, starts: utcOf(starts, start, clock), ends: utcOf(ends, start, clock) });
  }
  return times;
}

function utcOf(seconds: number, { zone }: Moment, clock: Zone): number {
  return zone === null ? clock.toUtc(seconds) : seconds;
}

function statedTimes(component: Component, clock: Zone, lookup: ZoneLookup): BusyTime[] {
  return properties(component, "FREEBUSY").flatMap((freebusy) => {
    const type = parameterValues(freebusy, "FBTYPE")?.[0]?.toUpperCase() ?? "BUSY";
    if (type === "FREE") return [];
    return rawValue(freebusy)
      .split(",")
      .flatMap((text) => periodOf(text, freebusy, clock, lookup))
      .map((time) => ({ type, ...time }));
  });
}

function periodOf(text: string, of: Property, clock: Zone, lookup: ZoneLookup) {
  const period = readPeriod(text);
  if (period === null) return [];
  const zone = zoneOfProperty(of, lookup);
  const start = momentOf(period.start, zone);
  const { end } = period;
  const ends = "wall" in end ? instantOf(momentOf(end, zone)) : instantAfter(start, end);
  return [{ starts: utcOf(instantOf(start), start, clock), ends: utcOf(ends, start, clock) }];
}

/** By time, and of one time always in the same order. */
function inOrder(a: BusyTime, b: BusyTime): number {
  return a.starts - b.starts || (a.type < b.type ? -1 : 1);
}

/** Joins what overlaps or touches, each type by itself, in order of time. */
export function mergeBusy(times: readonly BusyTime[]): BusyTime[] {
  const merged: BusyTime[] = [];
  const last = new Map<string, number>();
  for (const time of times.toSorted(inOrder)) {
    const index = last.get(time.type);
    const before = index === undefined ? undefined : merged[index];
    if (index !== undefined && before !== undefined && time.starts <= before.ends) {
      merged[index] = { ...before, ends: Math.max(before.ends, time.ends) };
    } else {
      last.set(time.type, merged.push(time) - 1);
    }
  }
  return merged;
}

/** A calendar with one VFREEBUSY (RFC 5545 section 3.6.4) that states the times. */
export function writeFreeBusy(
  times: readonly BusyTime[],
  about: { readonly range: BoundedRange; readonly uid: string; readonly now: number },
): string {
  const { range, uid, now } = about;
  const lines = [
    `UID:${uid}`,
    `DTSTAMP:${formatTime(now, true)}`,
    `DTSTART:${formatTime(range.start, true)}`,
    `DTEND:${formatTime(range.end, true)}`,
    ...times.map(({ type, starts, ends }) => {
      const period = [starts, ends].map((time) => formatTime(time, true)).join("/");
      return `FREEBUSY;FBTYPE=${type}:${period}`;
    }),
  ];
  return writeContent({
    name: "VCALENDAR",
    lines: ["VERSION:2.0", "PRODID:-//pushdav//pushdav//EN"],
    components: [{ name: "VFREEBUSY", lines, components: [] }],
  });
}
