import { DAY } from "./civil.ts";
import type { Calendar, Component } from "./component.ts";
import { instances, lastOf, onlyInstance, reachOf } from "./instances.ts";
import {
  availabilityInterval,
  freeBusyIntervals,
  intervalOfInstance,
  undatedInterval,
} from "./interval.ts";
import { scheduleOf } from "./series.ts";
import type { Series } from "./series.ts";
import type { Interval } from "./timed.ts";
import { zonesOf } from "./tzid.ts";

/** A row of the time index: when a component takes place, in Unix seconds, [starts, ends). */
export interface Occurrence extends Interval {
  readonly component: string;
  /** False when the row only nominates the object and `matchesCalendar` must decide. */
  readonly exact: boolean;
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
  const exactly = (interval: Interval) => ({ ...interval, component: name, exact: true });
  const members = calendar.components.filter((component) => component.name === name);
  switch (name) {
    case "VEVENT":
    case "VTODO":
    case "VJOURNAL":
      return scheduledRows(calendar, name, now);
    case "VFREEBUSY":
      return members.flatMap((member) => freeBusyIntervals(member, lookup)).map(exactly);
    case "VAVAILABILITY":
      return members.map((member) => exactly(availabilityInterval(member, lookup)));
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
    const interval =
      timed === null ? undatedInterval(component, lookup) : intervalOfInstance(onlyInstance(timed));
    if (interval !== null) rows.push({ ...interval, component: name, exact: true });
  }
  for (const series of every) rows.push(...seriesRows(series, now));
  return rows;
}

function seriesRows(series: Series, now: number): Occurrence[] {
  const component = series.master.component.name;
  const rows: Occurrence[] = [];
  for (const instance of instances(series, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)) {
    rows.push({ ...intervalOfInstance(instance), component, exact: true });
    if (rows.length > MAX_EXACT) return coarseRows(series, rows, now);
  }
  return rows;
}

/**
 * One row for a series that is dense from its start; else one row for the past unless that is short,
 * clustered rows around now, and one row for all that follows.
 */
function coarseRows(series: Series, few: readonly Occurrence[], now: number): Occurrence[] {
  const component = series.master.component.name;
  const floating = series.master.start.zone === null;
  const reach = reachOf(series);
  const last = lastOf(series);
  const end = last === null ? Number.MAX_SAFE_INTEGER : last + reach;
  const first = few.reduce((least, { starts }) => Math.min(least, starts), end);
  if (clustered(few).length === 1) {
    return [{ component, starts: first - reach, ends: end, floating, exact: false }];
  }
  const recent = Math.max(first, now - FINE_BEFORE);
  const fineTo = recent + FINE_BEFORE + FINE_AFTER;
  // A series so slow that a few instances reach that far, such as a birthday, is fine from its start.
  const fineFrom = (few.at(-1)?.starts ?? 0) > fineTo ? first : recent;
  const rows: Occurrence[] = [];
  if (fineFrom > first) {
    const ends = Math.min(fineFrom + reach, end);
    rows.push({ component, starts: first - reach, ends, floating, exact: false });
  }
  let count = 0;
  for (const instance of instances(series, fineFrom, Number.MAX_SAFE_INTEGER)) {
    const interval = intervalOfInstance(instance);
    if (interval.starts > fineTo || ++count > MAX_FINE_INSTANCES) {
      const starts = interval.starts - reach;
      rows.push({ component, starts, ends: end, floating, exact: false });
      break;
    }
    rows.push({ ...interval, component, exact: true });
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
      joined[joined.length - 1] = { ...last, ends: Math.max(last.ends, row.ends), exact: false };
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
    const [first] = kind;
    if (first === undefined) return [];
    const ends = kind.reduce((latest, row) => Math.max(latest, row.ends), first.ends);
    return [{ ...first, ends, exact: false }];
  });
}
