import { DAY } from "./civil.ts";

/** A time zone: the way between Unix seconds and wall-clock seconds. */
export interface Zone {
  toWall(utc: number): number;
  /**
   * RFC 5545 section 3.3.5: a time that occurs twice is the first of the two, one that a change of
   * the clock skips is read with the offset before the change.
   */
  toUtc(wall: number): number;
}

export const UTC: Zone = { toWall: (utc) => utc, toUtc: (wall) => wall };

/** A zone from the offset (seconds east of UTC) in force at each moment. */
export function zoneFrom(offsetAt: (utc: number) => number): Zone {
  return {
    toWall: (utc) => utc + offsetAt(utc),
    toUtc: (wall) => {
      const before = offsetAt(wall - DAY);
      const after = offsetAt(wall + DAY);
      if (before === after || offsetAt(wall - before) === before) return wall - before;
      return offsetAt(wall - after) === after ? wall - after : wall - before;
    },
  };
}

export function fixedZone(offset: number): Zone {
  return { toWall: (utc) => utc + offset, toUtc: (wall) => wall - offset };
}
