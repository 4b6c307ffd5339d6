import { DAY } from "./civil.ts";
import { parameterValues, rawValue } from "./component.ts";
import type { Property } from "./component.ts";
import type { ZoneLookup } from "./tzid.ts";
import { readTime } from "./value.ts";
import type { Duration, WrittenTime } from "./value.ts";
import { UTC } from "./zone.ts";
import type { Zone } from "./zone.ts";

/** A DATE or DATE-TIME with its zone; without one it floats. A DATE always floats. */
export interface Moment {
  readonly wall: number;
  readonly zone: Zone | null;
  readonly date: boolean;
}

/** Unix seconds, or wall-clock seconds of a floating moment. */
export function instantOf({ wall, zone }: Moment): number {
  return zone === null ? wall : zone.toUtc(wall);
}

export function momentOf(written: WrittenTime, tzid: Zone | null): Moment {
  const { wall, date, utc } = written;
  if (date) return { wall, date, zone: null };
  return { wall, date, zone: utc ? UTC : tzid };
}

/** The zone of a property's TZID; null without one, or when it is unknown. */
export function zoneOfProperty(property: Property, lookup: ZoneLookup): Zone | null {
  const tzid = parameterValues(property, "TZID")?.[0];
  return tzid === undefined ? null : lookup(tzid);
}

/** The moment a property names, or null when it names none. */
export function readMoment(property: Property | undefined, lookup: ZoneLookup): Moment | null {
  if (property === undefined) return null;
  const written = readTime(rawValue(property));
  return written === null ? null : momentOf(written, zoneOfProperty(property, lookup));
}

/** A moment plus a duration: days on its wall clock, then exact seconds. */
export function instantAfter(start: Moment, { days, seconds }: Duration): number {
  if (days === 0) return instantOf(start) + seconds;
  return instantOf({ ...start, wall: start.wall + days * DAY }) + seconds;
}

/** The exact time between two moments, on the wall clock when one of them floats. */
export function durationBetween(start: Moment, end: Moment): Duration {
  if (start.date && end.date) return { days: (end.wall - start.wall) / DAY, seconds: 0 };
  const floating = start.zone === null || end.zone === null;
  const seconds = floating ? end.wall - start.wall : instantOf(end) - instantOf(start);
  return { days: 0, seconds };
}
