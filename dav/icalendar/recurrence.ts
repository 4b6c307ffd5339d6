import { DAY, MAX_WALL } from "./civil.ts";
import { periodsOf } from "./period.ts";
import type { Periods } from "./period.ts";
import type { Rule } from "./rule.ts";

/** A rule applied to a DTSTART, in wall-clock seconds. */
export interface Recurrence {
  readonly rule: Rule;
  readonly start: number;
  /** Whether DTSTART is a DATE, which has no time for BYHOUR and its like to change. */
  readonly date: boolean;
  /** The last wall time allowed, where UNTIL sets one. */
  readonly until: number | null;
}

/** A larger COUNT is read as none: it reaches beyond the calendar, or was refused as max-instances. */
const MAX_COUNT = 100_000;

/**
 * The Gregorian calendar repeats after 400 years, and so does a rule after as many times its INTERVAL: one
 * without an instance for so long has no more.
 */
const CYCLE = 146_097 * DAY;
/** Nor is one looked for in more periods than this, of which that time has fewer unless hostile. */
const MAX_EMPTY_PERIODS = 150_000;

/**
 * The instances of a rule from the wall time `from` on, in order, up to the year 9999. DTSTART is the
 * first instance whether or not it fits the rule (RFC 5545 section 3.8.5.3). Without COUNT it starts
 * at `from` directly, so a far date costs no more than a near one. Nothing is looked for behind `to`.
 */
export function* recurrences(
  recurrence: Recurrence,
  from: number,
  to: number = MAX_WALL,
): Generator<number> {
  const { rule, start } = recurrence;
  const until = Math.min(recurrence.until ?? MAX_WALL, to, MAX_WALL);
  if (start >= from && start <= to) yield start;
  const counts = isCounted(recurrence);
  let left = counts ? (rule.count ?? 1) - 1 : Number.POSITIVE_INFINITY;
  let last = start;
  for (const wall of candidates(recurrence, counts ? start : from, until)) {
    if (wall <= last) continue;
    if (wall > until || left === 0) return;
    left--;
    last = wall;
    if (wall >= from) yield wall;
  }
}

/** Whether COUNT ends the recurrence. */
export function isCounted({ rule }: Recurrence): boolean {
  return rule.count !== null && rule.count <= MAX_COUNT;
}

function* candidates(recurrence: Recurrence, from: number, until: number): Generator<number> {
  const { rule, start, date } = recurrence;
  const periods = periodsOf(rule, start, date);
  const first = periods.numberOf(start);
  let step = Math.max(0, Math.floor((periods.numberOf(from) - first) / rule.interval) - 1);
  let empty = 0;
  let since = Math.max(start, from);
  while (empty <= MAX_EMPTY_PERIODS) {
    const number = first + step * rule.interval;
    const begins = periods.startOf(number);
    if (begins > until || begins - since > CYCLE * rule.interval) return;
    const bases = periods.basesOf(number);
    empty++;
    if (bases.length > 0) {
      for (const wall of chosen(periods, bases, rule.bySetPos)) {
        if (wall > start) {
          empty = 0;
          since = wall;
        }
        yield wall;
      }
    }
    const next = bases.length > 0 ? number + 1 : periods.skipFrom(number);
    step = Math.max(step + 1, Math.ceil((next - first) / rule.interval));
  }
}

/** The candidates of one period, or those that BYSETPOS names. */
function* chosen(
  { offsets }: Periods,
  bases: readonly number[],
  positions: readonly number[],
): Generator<number> {
  if (positions.length === 0) {
    for (const base of bases) for (const offset of offsets) yield base + offset;
    return;
  }
  const size = bases.length * offsets.length;
  const indexes = positions.map((position) => (position > 0 ? position - 1 : size + position));
  for (const index of new Set(indexes.sort((a, b) => a - b))) {
    const base = bases[Math.floor(index / offsets.length)];
    const offset = offsets[index % offsets.length];
    if (base !== undefined && offset !== undefined) yield base + offset;
  }
}
