import { parseStream } from "./parse.ts";
import { zoneNamed, zoneOfVtimezone } from "./tzid.ts";
import type { Interval } from "./timed.ts";
import { CalendarError } from "./error.ts";
import { UTC } from "./zone.ts";
import type { Zone } from "./zone.ts";

/** Unix seconds, [start, end); a missing bound is open. */
export interface TimeRange {
  readonly start: number | null;
  readonly end: number | null;
}

/** A range together with its reading on a wall clock, for values that float. */
export interface Search {
  readonly starts: number;
  readonly ends: number;
  readonly floatingStarts: number;
  readonly floatingEnds: number;
}

const MAX_ZONE_TEXTS = 100;
const zoneTexts = new Map<string, Zone | null>();

/**
 * A UTC range as the wall clock of a zone shows it, in seconds as if that were UTC. `zone` is a TZID
 * or the text of a VTIMEZONE, as in CALDAV:calendar-timezone; UTC stands for null and for a zone
 * that cannot be read.
 */
export function floatingRange({ start, end }: TimeRange, zone: string | null): TimeRange {
  const clock = clockOf(zone);
  const onClock = (utc: number | null) => (utc === null ? null : clock.toWall(utc));
  return { start: onClock(start), end: onClock(end) };
}

/** The zone that `floatingRange` reads times in. */
export function clockOf(zone: string | null): Zone {
  return (zone === null ? null : zoneOfText(zone)) ?? UTC;
}

/** A range with open ends as far away as numbers go, and as `floatingRange` reads it in a zone. */
export function searchFor(range: TimeRange, zone: string | null): Search {
  const floating = floatingRange(range, zone);
  return {
    starts: range.start ?? Number.MIN_SAFE_INTEGER,
    ends: range.end ?? Number.MAX_SAFE_INTEGER,
    floatingStarts: floating.start ?? Number.MIN_SAFE_INTEGER,
    floatingEnds: floating.end ?? Number.MAX_SAFE_INTEGER,
  };
}

export function overlaps({ starts, ends, floating }: Interval, search: Search): boolean {
  return floating
    ? starts < search.floatingEnds && ends > search.floatingStarts
    : starts < search.ends && ends > search.starts;
}

/** Whether the text of a VTIMEZONE can be read, as `floatingRange` reads it. */
export function isTimezone(text: string): boolean {
  return zoneOfText(text) !== null;
}

function zoneOfText(text: string): Zone | null {
  const known = zoneTexts.get(text);
  if (known !== undefined) return known;
  const zone = /^\s*BEGIN:/i.test(text) ? zoneOfCalendar(text) : zoneNamed(text);
  if (zoneTexts.size >= MAX_ZONE_TEXTS) zoneTexts.clear();
  zoneTexts.set(text, zone);
  return zone;
}

/** CALDAV:calendar-timezone is a VCALENDAR around the VTIMEZONE; the bare VTIMEZONE is taken too. */
function zoneOfCalendar(text: string): Zone | null {
  const bare = /^\s*BEGIN:VTIMEZONE/i.test(text);
  try {
    const source = bare ? `BEGIN:VCALENDAR\r\n${text.trimEnd()}\r\nEND:VCALENDAR\r\n` : text;
    const vtimezone = parseStream(source)[0]?.components.find(({ name }) => name === "VTIMEZONE");
    return vtimezone === undefined ? null : zoneOfVtimezone(vtimezone);
  } catch (error) {
    if (error instanceof CalendarError) return null;
    throw error;
  }
}
