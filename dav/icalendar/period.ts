import { dateOf, DAY, dayOf, weekdayOf } from "./civil.ts";
import { dayPattern, daysOfMonth, includesDay, nextDay } from "./daypattern.ts";
import type { DayPattern } from "./daypattern.ts";
import type { Rule } from "./rule.ts";

/**
 * The periods a rule's FREQ counts (years, months, weeks, days, hours, minutes, seconds), each with
 * a number. A period's candidates are every base plus every offset, in that order.
 */
export interface Periods {
  /** The number of the period that holds a wall time. */
  numberOf(wall: number): number;
  /** The wall time at which a period begins. */
  startOf(number: number): number;
  /** Days, or moments, in a period that the BYxxx parts take. */
  basesOf(number: number): readonly number[];
  /** The next period that could have bases, when this one has none. */
  skipFrom(number: number): number;
  /** Seconds after a base, in order. */
  readonly offsets: readonly number[];
}

/** The periods of a rule for a series that begins at the wall time `start`; a `date` series has no times. */
export function periodsOf(rule: Rule, start: number, date: boolean): Periods {
  const pattern = dayPattern(rule, start);
  const offsets = date ? [0] : timesOfDay(rule, start);
  switch (rule.frequency) {
    case "YEARLY":
      return { ...yearly(pattern), offsets };
    case "MONTHLY":
      return { ...monthly(pattern), offsets };
    case "WEEKLY":
      return { ...weekly(pattern), offsets };
    case "DAILY":
      return { ...everyDays(pattern), offsets };
    default:
      return subDaily(rule, pattern, start, UNITS[rule.frequency]);
  }
}

const next = (number: number) => number + 1;

function yearly(pattern: DayPattern): Omit<Periods, "offsets"> {
  const months =
    pattern.months.size > 0 ? [...pattern.months] : Array.from({ length: 12 }, (_, m) => m + 1);
  return {
    numberOf: (wall) => dateOf(Math.floor(wall / DAY)).year,
    startOf: (year) => dayOf(year, 1, 1) * DAY,
    basesOf: (year) => months.flatMap((month) => toWalls(daysOfMonth(pattern, year, month))),
    skipFrom: next,
  };
}

function monthly(pattern: DayPattern): Omit<Periods, "offsets"> {
  return {
    numberOf: (wall) => {
      const { year, month } = dateOf(Math.floor(wall / DAY));
      return year * 12 + month - 1;
    },
    startOf: (number) => dayOf(0, number + 1, 1) * DAY,
    basesOf: (number) => {
      const year = Math.floor(number / 12);
      return toWalls(daysOfMonth(pattern, year, number - year * 12 + 1));
    },
    skipFrom: next,
  };
}

function weekly(pattern: DayPattern): Omit<Periods, "offsets"> {
  const anchor = -((weekdayOf(0) - pattern.weekStart + 7) % 7);
  return {
    numberOf: (wall) => Math.floor((Math.floor(wall / DAY) - anchor) / 7),
    startOf: (number) => (anchor + number * 7) * DAY,
    basesOf: (number) => {
      const first = anchor + number * 7;
      const days = [0, 1, 2, 3, 4, 5, 6].map((day) => first + day);
      return toWalls(days.filter((day) => includesDay(pattern, day)));
    },
    skipFrom: next,
  };
}

function everyDays(pattern: DayPattern): Omit<Periods, "offsets"> {
  return {
    numberOf: (wall) => Math.floor(wall / DAY),
    startOf: (day) => day * DAY,
    basesOf: (day) => (includesDay(pattern, day) ? [day * DAY] : []),
    skipFrom: (day) => nextDay(pattern, day),
  };
}

const UNITS = { HOURLY: 3600, MINUTELY: 60, SECONDLY: 1 } as const;

function subDaily(rule: Rule, pattern: DayPattern, start: number, unit: number): Periods {
  const hours = new Set(rule.byHour);
  const minutes = new Set(unit < 3600 ? rule.byMinute : []);
  const seconds = new Set(unit < 60 ? rule.bySecond : []);
  /** Where the smallest unit that the rule refuses ends, or null when it refuses none. */
  const refusedUntil = (wall: number): number | null => {
    const day = Math.floor(wall / DAY);
    const taken = nextDay(pattern, day);
    if (taken !== day) return taken * DAY;
    const second = wall - day * DAY;
    if (refuses(hours, Math.floor(second / 3600))) return nextMultiple(wall, 3600);
    if (refuses(minutes, Math.floor(second / 60) % 60)) return nextMultiple(wall, 60);
    return refuses(seconds, second % 60) ? wall + 1 : null;
  };
  return {
    numberOf: (wall) => Math.floor(wall / unit),
    startOf: (number) => number * unit,
    basesOf: (number) => (refusedUntil(number * unit) === null ? [number * unit] : []),
    skipFrom: (number) => Math.ceil((refusedUntil(number * unit) ?? 0) / unit),
    offsets: offsetsInUnit(rule, start, unit),
  };
}

function nextMultiple(wall: number, unit: number): number {
  return (Math.floor(wall / unit) + 1) * unit;
}

function refuses(taken: ReadonlySet<number>, value: number): boolean {
  return taken.size > 0 && !taken.has(value);
}

function offsetsInUnit(rule: Rule, start: number, unit: number): number[] {
  const time = ((start % DAY) + DAY) % DAY;
  if (unit === 1) return [0];
  const seconds = rule.bySecond.length > 0 ? rule.bySecond : [time % 60];
  if (unit === 60) return [...seconds];
  const minutes = rule.byMinute.length > 0 ? rule.byMinute : [Math.floor(time / 60) % 60];
  return minutes.flatMap((minute) => seconds.map((second) => minute * 60 + second));
}

function timesOfDay(rule: Rule, start: number): number[] {
  const time = ((start % DAY) + DAY) % DAY;
  const hours = rule.byHour.length > 0 ? rule.byHour : [Math.floor(time / 3600)];
  const inHour = offsetsInUnit(rule, start, 3600);
  return hours.flatMap((hour) => inHour.map((offset) => hour * 3600 + offset));
}

function toWalls(days: readonly number[]): number[] {
  return days.map((day) => day * DAY);
}
