import { busyTypeOf, UNDECIDED } from "./busy-type.ts";
import { DAY } from "./civil.ts";
import type { Calendar, Component } from "./component.ts";
import { instances, lastOf, onlyInstance, reachOf } from "./instances.ts";
import {
  availabilityInterval,
  freeBusyIntervals,
  intervalOfInstance,
  undatedInterval,
} from "./interval.ts";
import type { Instance } from "./instances.ts";
import { scheduleOf } from "./series.ts";
import type { Series } from "./series.ts";
import type { Interval } from "./timed.ts";
import { zonesOf } from "./tzid.ts";

/** A row of the time index: when a component takes place, in Unix seconds, [starts, ends). */
export interface Occurrence extends Interval {
  readonly component: string;
  /** False when the row only nominates the object and `matchesCalendar` must decide. */
  readonly exact: boolean;
  /** The FBTYPE of the time it takes, null when it takes none, `UNDECIDED` when `busyTimes` must decide. */
  readonly busy: string | null;
}

interface Horizon {
  /** Unix seconds. Around it the rows of long series are fine, elsewhere coarse. */
  readonly now: number;
}

/** A series of at most this many instances is indexed one by one. */
const MAX_EXACT = 64;
/** Instances of a long series nearer than this to each other share a row. */
const MERGE_GAP = 31 * DAY;
const FINE_BEFORE = 366 * DAY;
const FINE_AFTER = 5 * 366 * DAY;
/** A row in the fine part costs time to find; beyond this many the rest becomes one row. */
const MAX_FINE_INSTANCES = 2500;
const MAX_ROWS = 500;

/**
 * The rows that let a time-range search find an object without reading it. An overlap with an exact
 * row is a match of its component; one with another row may be; without any there is none.
 */
export function occurrences(calendar: Calendar, { now }: Horizon): Occurrence[] {
  const names = new Set(calendar.components.map(({ name }) => name));
  return [...names].flatMap((name) => bounded(rowsOf(calendar, name, now)));
}

function rowsOf(calendar: Calendar, name: string, now: number): Occurrence[] {
  const lookup = zonesOf(calendar);
  const exactly = (interval: Interval, busy: string | null) => ({
    ...interval,
    component: name,
    exact: true,
    busy,
  });
  const members = calendar.components.filter((component) => component.name === name);
  switch (name) {
    case "VEVENT":
    case "VTODO":
    case "VJOURNAL":
      return scheduledRows(calendar, name, now);
    case "VFREEBUSY":
      return members
        .flatMap((member) => freeBusyIntervals(member, lookup))
        .map((interval) => exactly(interval, UNDECIDED));
    case "VAVAILABILITY":
      return members.map((member) => exactly(availabilityInterval(member, lookup), null));
    default:
      return [];
  }
}

function scheduledRows(calendar: Component, name: string, now: number): Occurrence[] {
  const lookup = zonesOf(calendar);
  const rows: Occurrence[] = [];
  const every = new Set<Series>();
  for (const [component, { timed, single, series }] of scheduleOf(calendar, name, lookup)) {
    if (series !== null) every.add(series);
    if (!single) continue;
    if (timed !== null) rows.push(rowOf(onlyInstance(timed)));
    else {
      const interval = undatedInterval(component, lookup);
      if (interval !== null) rows.push({ ...interval, component: name, exact: true, busy: null });
    }
  }
  for (const series of every) rows.push(...seriesRows(series, now));
  return rows;
}

/** The row that an instance is. What has no length has a row of a second, and takes no time. */
function rowOf(instance: Instance): Occurrence {
  const { component } = instance.timed;
  const takesTime = component.name === "VEVENT" && instance.ends > instance.starts;
  const busy = takesTime ? busyTypeOf(component) : null;
  return { ...intervalOfInstance(instance), component: component.name, exact: true, busy };
}

/** What a row says that stands for any instance of a series. */
function busyIn({ master, tails }: Series): string | null {
  const components = [master, ...tails.map(({ timed }) => timed)].map((timed) => timed.component);
  const isBusy = components.some(
    (component) => component.name === "VEVENT" && busyTypeOf(component) !== null,
  );
  return isBusy ? UNDECIDED : null;
}

function seriesRows(series: Series, now: number): Occurrence[] {
  const rows: Occurrence[] = [];
  for (const instance of instances(series, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)) {
    rows.push(rowOf(instance));
    if (rows.length > MAX_EXACT) return coarseRows(series, rows, now);
  }
  return rows;
}

/**
 * One row for a series that is dense from its start; else one row for the past unless that is short,
 * clustered rows around now, and one row for all that follows.
 */
function coarseRows(series: Series, few: readonly Occurrence[], now: number): Occurrence[] {
  const floating = series.master.start.zone === null;
  const coarse = {
    component: series.master.component.name,
    floating,
    exact: false,
    busy: busyIn(series),
  };
  const reach = reachOf(series);
  const last = lastOf(series);
  const end = last === null ? Number.MAX_SAFE_INTEGER : last + reach;
  const first = few.reduce((least, { starts }) => Math.min(least, starts), end);
  if (clustered(few).length === 1) {
    return [{ ...coarse, starts: first - reach, ends: end }];
  }
  const recent = Math.max(first, now - FINE_BEFORE);
  const fineTo = recent + FINE_BEFORE + FINE_AFTER;
  // A series so slow that a few instances reach that far, such as a birthday, is fine from its start.
  const fineFrom = (few.at(-1)?.starts ?? 0) > fineTo ? first : recent;
  const rows: Occurrence[] = [];
  if (fineFrom > first) {
    const ends = Math.min(fineFrom + reach, end);
    rows.push({ ...coarse, starts: first - reach, ends });
  }
  let count = 0;
  for (const instance of instances(series, fineFrom, Number.MAX_SAFE_INTEGER)) {
    const interval = intervalOfInstance(instance);
    if (interval.starts > fineTo || ++count > MAX_FINE_INSTANCES) {
      const starts = interval.starts - reach;
      rows.push({ ...coarse, starts, ends: end });
      break;
    }
    rows.push(rowOf(instance));
  }
  return clustered(rows);
}

/** Joins neighbours less than `MERGE_GAP` apart into rows that only nominate. */
function clustered(rows: readonly Occurrence[]): Occurrence[] {
  const joined: Occurrence[] = [];
  for (const row of [...rows].sort((a, b) => a.starts - b.starts)) {
    const last = joined.at(-1);
    if (
      last === undefined ||
      last.floating !== row.floating ||
      row.starts - last.ends > MERGE_GAP
    ) {
      joined.push(row);
    } else {
      joined[joined.length - 1] = together([last, row]);
    }
  }
  return joined;
}

/** Too many rows become clusters, and too many clusters one row a kind of time. */
function bounded(rows: readonly Occurrence[]): Occurrence[] {
  if (rows.length <= MAX_ROWS) return [...rows];
  const fewer = clustered(rows);
  if (fewer.length <= MAX_ROWS) return fewer;
  return [true, false].flatMap((floating) => {
    const kind = fewer.filter((row) => row.floating === floating);
    return isFilled(kind) ? [together(kind)] : [];
  });
}

type Filled = readonly [Occurrence, ...Occurrence[]];

function isFilled(rows: readonly Occurrence[]): rows is Filled {
  return rows.length > 0;
}

/** One row that nominates for all of some, which are in the order of their start. */
function together(rows: Filled): Occurrence {
  const ends = rows.reduce((latest, row) => Math.max(latest, row.ends), rows[0].ends);
  const busy = rows.some((row) => row.busy !== null) ? UNDECIDED : null;
  return { ...rows[0], ends, exact: false, busy };
}
