import { DAY, dayOf, yearOf } from "./civil.ts";
import { zoneFrom } from "./zone.ts";
import type { Zone } from "./zone.ts";

/** A year's offset changes, found by asking Intl, which knows offsets but not changes. */
interface YearOffsets {
  readonly starts: number;
  readonly ends: number;
  readonly first: number;
  readonly changes: readonly { readonly at: number; readonly offset: number }[];
}

/** A name as the IANA database spells them, so that no other text costs a look-up. */
const NAME = /^[A-Za-z][A-Za-z0-9_+-]{1,31}(?:\/[A-Za-z0-9_+-]{1,31}){0,3}$/;
const MAX_UNKNOWN_NAMES = 1000;
/** Two changes of the clock are never nearer than this: Boa Vista had a week of summer in 2000. */
const PROBE = 6 * DAY;
const FIRST_YEAR = 1800;
/** The rules in force repeat with the calendar, after 400 years. */
const LAST_YEAR = 2500;
const CYCLE = 146_097 * DAY;
const FIRST = dayOf(FIRST_YEAR, 1, 1) * DAY;
const LAST = dayOf(LAST_YEAR, 1, 1) * DAY;

const zones = new Map<string, Zone>();
const unknown = new Set<string>();

/** The zone of an IANA name in any case, from the platform's data; null when there is none. */
export function ianaZone(name: string): Zone | null {
  if (!NAME.test(name)) return null;
  const key = name.toLowerCase();
  const known = zones.get(key);
  if (known !== undefined) return known;
  if (unknown.has(key)) return null;
  const zone = createZone(name);
  if (zone !== null) {
    zones.set(key, zone);
    return zone;
  }
  if (unknown.size >= MAX_UNKNOWN_NAMES) unknown.clear();
  unknown.add(key);
  return null;
}

function createZone(timeZone: string): Zone | null {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  } catch {
    return null;
  }
  const years = new Map<number, YearOffsets>();
  let current = findChanges(format, 2000);
  return zoneFrom((utc) => {
    const moment = withinTable(utc);
    if (moment < current.starts || moment >= current.ends) {
      const year = yearOf(moment);
      current = years.get(year) ?? findChanges(format, year);
      years.set(year, current);
    }
    return offsetIn(current, moment);
  });
}

function withinTable(utc: number): number {
  if (utc < FIRST) return FIRST;
  return utc < LAST ? utc : utc - Math.ceil((utc - LAST + 1) / CYCLE) * CYCLE;
}

function offsetIn({ first, changes }: YearOffsets, utc: number): number {
  let offset = first;
  for (const change of changes) {
    if (change.at > utc) break;
    offset = change.offset;
  }
  return offset;
}

function findChanges(format: Intl.DateTimeFormat, year: number): YearOffsets {
  const ends = dayOf(year + 1, 1, 1) * DAY;
  const starts = dayOf(year, 1, 1) * DAY;
  let from = starts;
  const first = askOffset(format, from);
  const changes: { at: number; offset: number }[] = [];
  let current = first;
  while (from < ends) {
    const to = Math.min(from + PROBE, ends);
    const offset = askOffset(format, to);
    if (offset !== current) changes.push({ at: findChange(format, from, to), offset });
    current = offset;
    from = to;
  }
  return { starts, ends, first, changes };
}

/** The first second in (from, to] that has another offset than `from`. */
function findChange(format: Intl.DateTimeFormat, from: number, to: number): number {
  const before = askOffset(format, from);
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (askOffset(format, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** Seconds east of UTC; Intl writes "GMT", "GMT+01:00" or, long ago, "GMT-00:01:15". */
function askOffset(format: Intl.DateTimeFormat, utc: number): number {
  const text = format.format(utc * 1000);
  const found = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(text);
  if (found === null) return 0;
  const seconds = Number(found[2]) * 3600 + Number(found[3]) * 60 + Number(found[4] ?? 0);
  return found[1] === "-" ? -seconds : seconds;
}
