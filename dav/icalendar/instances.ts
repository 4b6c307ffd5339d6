import { DAY } from "./civil.ts";
import type { Component } from "./component.ts";
import { instantAfter, instantOf } from "./moment.ts";
import type { Moment } from "./moment.ts";
import { isCounted, recurrences } from "./recurrence.ts";
import type { Listed, Override, Series } from "./series.ts";
import type { Timed } from "./timed.ts";
import type { Duration } from "./value.ts";

/** One instance: of a single component, of a master, or moved by a THISANDFUTURE override. */
export interface Instance {
  readonly timed: Timed;
  readonly start: Moment;
  /** Where the series has it, which is its RECURRENCE-ID; null for a single component. */
  readonly recurrence: Moment | null;
  /** Unix seconds, or wall-clock seconds when floating. */
  readonly starts: number;
  readonly ends: number;
}

/** The instance that a single component is. */
export function onlyInstance(timed: Timed): Instance {
  return instanceAt(timed, timed.start, timed.length, null);
}

/**
 * The instances of a series without its overrides, roughly in order, that could touch the
 * time from `from` to `to` (Unix seconds, or wall-clock seconds when the series floats); some before and
 * after may come as well. With `component`, only those of the master or of one THISANDFUTURE override.
 */
export function* instances(
  series: Series,
  from: number,
  to: number,
  component?: Component,
): Generator<Instance> {
  const { zone, date } = series.master.start;
  const reach = reachOf(series);
  const part = component === undefined ? WHOLE : partOf(series, component);
  const earliest = Math.max(from - reach, part.from - 2 * DAY);
  const latest = Math.min(to + reach, part.to + 2 * DAY);
  for (const { wall, length } of occurrencesOf(series, earliest, latest)) {
    const start = { wall, zone, date };
    const instant = instantOf(start);
    if (instant < part.from || instant >= part.to || isExcluded(series, wall, instant)) continue;
    const tail = tailAt(series.tails, instant);
    if (tail === undefined) {
      yield instanceAt(series.master, start, length ?? series.master.length, start);
    } else {
      const { timed, shift } = tail;
      const moved = { ...start, wall: wall + (shift ?? 0) };
      yield instanceAt(timed, moved, timed.length, start);
    }
  }
}

const WHOLE = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** The stretch of a series that belongs to its master or to one THISANDFUTURE override. */
function partOf({ tails }: Series, component: Component): typeof WHOLE {
  const index = tails.findIndex(({ timed }) => timed.component === component);
  return {
    from: tails[index]?.replaces ?? WHOLE.from,
    to: tails[index + 1]?.replaces ?? WHOLE.to,
  };
}

function isExcluded({ excluded, excludedDays }: Series, wall: number, instant: number): boolean {
  if (excluded.has(instant)) return true;
  return excludedDays.size > 0 && excludedDays.has(Math.floor(wall / DAY) * DAY);
}

/** How far an instance may end from the wall time that the rule gives: its length, a move, its zone. */
export function reachOf({ master, dates, tails }: Series): number {
  let reach = lengthOf(master.length);
  for (const { length } of dates) if (length !== null) reach = Math.max(reach, lengthOf(length));
  for (const { timed, shift } of tails) {
    reach = Math.max(reach, lengthOf(timed.length) + Math.abs(shift ?? 0));
  }
  return reach + 2 * DAY;
}

/** The last wall time that the rules and dates give, or a later one; null when there is no last. */
export function lastOf({ master, recurrences: rules, dates }: Series): number | null {
  let last = Math.max(master.start.wall, dates.at(-1)?.wall ?? master.start.wall);
  for (const recurrence of rules) {
    if (recurrence.until === null && !isCounted(recurrence)) return null;
    if (recurrence.until !== null) last = Math.max(last, recurrence.until);
    else for (const wall of recurrences(recurrence, last)) last = wall;
  }
  return last;
}

function lengthOf({ days, seconds }: Duration): number {
  return Math.max(0, days * DAY + seconds);
}

function instanceAt(
  timed: Timed,
  start: Moment,
  length: Duration,
  recurrence: Moment | null,
): Instance {
  const [starts, ends] = [instantOf(start), instantAfter(start, length)];
  return { timed, start, recurrence, starts, ends };
}

/** The last THISANDFUTURE override that begins at or before an instance. */
function tailAt(tails: readonly Override[], instant: number): Override | undefined {
  let [low, high] = [0, tails.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((tails[middle]?.replaces ?? 0) <= instant) low = middle + 1;
    else high = middle;
  }
  return tails[low - 1];
}

/** DTSTART, RRULE and RDATE together, each wall time once, in order. */
function* occurrencesOf(series: Series, from: number, to: number): Generator<Listed> {
  const sources: Iterator<Listed>[] = [listed(series, from, to)];
  for (const rule of series.recurrences) sources.push(ruled(recurrences(rule, from, to)));
  const heads = sources.map((source) => source.next());
  let last: number | null = null;
  for (;;) {
    let first = -1;
    for (const [index, head] of heads.entries()) {
      const least = heads[first];
      if (head.done !== true && (least?.done !== false || head.value.wall < least.value.wall)) {
        first = index;
      }
    }
    const head = heads[first];
    const source = sources[first];
    if (head === undefined || head.done === true || source === undefined) return;
    if (head.value.wall !== last) yield head.value;
    last = head.value.wall;
    heads[first] = source.next();
  }
}

function* ruled(walls: Iterable<number>): Generator<Listed> {
  for (const wall of walls) yield { wall, length: null };
}

function* listed(series: Series, from: number, to: number): Generator<Listed> {
  const { master, recurrences: rules, dates } = series;
  const first = { wall: master.start.wall, length: null };
  const all = rules.length > 0 ? dates : [first, ...dates].sort((a, b) => a.wall - b.wall);
  for (const item of all) if (item.wall >= from && item.wall <= to) yield item;
}
