import { DAY } from "./civil.ts";
import { properties, property, rawValue } from "./component.ts";
import type { Component, Property } from "./component.ts";
import { instances, onlyInstance } from "./instances.ts";
import type { Instance } from "./instances.ts";
import { instantAfter, instantOf, momentOf, readMoment, zoneOfProperty } from "./moment.ts";
import type { Moment } from "./moment.ts";
import type { Search } from "./range.ts";
import type { Timing } from "./series.ts";
import { intervalOf } from "./timed.ts";
import type { Interval } from "./timed.ts";
import type { ZoneLookup } from "./tzid.ts";
import { readDuration, readPeriod, readTime } from "./value.ts";
import type { WrittenPeriod } from "./value.ts";
import type { Zone } from "./zone.ts";

/** The instances of one component that could touch the search, perhaps with some others. */
export function* instancesOf(
  component: Component,
  { timed, single, series }: Timing,
  search: Search,
): Generator<Instance> {
  if (timed !== null && single) yield onlyInstance(timed);
  if (series === null) return;
  const floats = series.master.start.zone === null;
  const from = floats ? search.floatingStarts : search.starts;
  const to = floats ? search.floatingEnds : search.ends;
  yield* instances(series, from, to, component);
}

export function intervalOfInstance({ timed, start, starts, ends }: Instance): Interval {
  return { ...intervalOf(timed.shape, starts, ends), floating: start.zone === null };
}

/** The interval of a component without dates: only a task has one (RFC 4791 section 9.9). */
export function undatedInterval(component: Component, lookup: ZoneLookup): Interval | null {
  if (component.name !== "VTODO") return null;
  const created = readMoment(property(component, "CREATED"), lookup);
  const completed = readMoment(property(component, "COMPLETED"), lookup);
  const moments = [created, completed].flatMap((moment) => (moment === null ? [] : [moment.wall]));
  const starts = moments.length === 0 ? Number.MIN_SAFE_INTEGER : Math.min(...moments) - 1;
  if (completed !== null) return { starts, ends: Math.max(...moments) + 1, floating: false };
  const begins = created === null ? starts : created.wall;
  return { starts: begins, ends: Number.MAX_SAFE_INTEGER, floating: false };
}

/** The intervals of a VFREEBUSY: its own dates, or else its periods (RFC 4791 section 9.9). */
export function freeBusyIntervals(component: Component, lookup: ZoneLookup): Interval[] {
  const start = readMoment(property(component, "DTSTART"), lookup);
  const end = readMoment(property(component, "DTEND"), lookup);
  if (start !== null && end !== null) {
    return [between(instantOf(start), instantOf(end) + 1, start)];
  }
  return properties(component, "FREEBUSY").flatMap((freebusy) => {
    const zone = zoneOfProperty(freebusy, lookup);
    const texts = rawValue(freebusy).split(",");
    return texts.flatMap((text) => {
      const period = readPeriod(text);
      return period === null ? [] : [periodInterval(period, zone)];
    });
  });
}

/** The interval of a VAVAILABILITY, open where it names no bound (RFC 7953 section 3.1). */
export function availabilityInterval(component: Component, lookup: ZoneLookup): Interval {
  const start = readMoment(property(component, "DTSTART"), lookup);
  const end = readMoment(property(component, "DTEND"), lookup);
  const duration = property(component, "DURATION");
  const length = duration === undefined ? null : readDuration(rawValue(duration));
  let ends = end === null ? Number.MAX_SAFE_INTEGER : instantOf(end);
  if (end === null && start !== null && length !== null) ends = instantAfter(start, length);
  const starts = start === null ? Number.MIN_SAFE_INTEGER : instantOf(start);
  return between(starts, ends, start ?? end);
}

function between(starts: number, ends: number, moment: Moment | null): Interval {
  const floating = moment !== null && moment.zone === null;
  return { starts, ends: Math.max(ends, starts + 1), floating };
}

/** The intervals of a property's dates, times and periods (RFC 4791 section 9.7.2); none for other values. */
export function propertyIntervals(found: Property, lookup: ZoneLookup): Interval[] {
  const zone = zoneOfProperty(found, lookup);
  return rawValue(found)
    .split(",")
    .flatMap((text): Interval[] => {
      const period = readPeriod(text);
      if (period !== null) return [periodInterval(period, zone)];
      const time = readTime(text);
      if (time === null) return [];
      const moment = momentOf(time, zone);
      const starts = instantOf(moment);
      return [between(starts, moment.date ? starts + DAY : starts, moment)];
    });
}

function periodInterval({ start, end }: WrittenPeriod, zone: Zone | null): Interval {
  const from = momentOf(start, zone);
  const ends = "wall" in end ? instantOf(momentOf(end, zone)) : instantAfter(from, end);
  return between(instantOf(from), ends, from);
}
