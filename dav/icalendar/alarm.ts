import { DAY } from "./civil.ts";
import { parameterValues, property, rawValue, textOf } from "./component.ts";
import type { Component } from "./component.ts";
import type { Instance } from "./instances.ts";
import { instancesOf } from "./interval.ts";
import { momentOf, instantOf, zoneOfProperty } from "./moment.ts";
import type { Search } from "./range.ts";
import type { Timing } from "./series.ts";
import type { ZoneLookup } from "./tzid.ts";
import { readDuration, readTime } from "./value.ts";
import type { Duration } from "./value.ts";

/** A VALARM's trigger, either at a moment or before or after each instance (RFC 5545 section 3.8.6.3). */
interface Trigger {
  readonly at: { readonly instant: number; readonly floating: boolean } | null;
  readonly offset: Duration;
  readonly fromEnd: boolean;
  readonly repeat: number;
  readonly gap: number;
}

/** Nobody repeats an alarm for longer; what a hostile REPEAT asks beyond it is not looked at. */
const MAX_REPEAT_TIME = 366 * DAY;

/** Whether an alarm goes off in a range for any instance of its component (RFC 4791 section 9.9). */
export function alarmOverlaps(
  alarm: Component,
  component: Component,
  timing: Timing | undefined,
  search: Search,
  lookup: ZoneLookup,
): boolean {
  const trigger = readTrigger(alarm, lookup);
  if (trigger === null) return false;
  const { at, repeat, gap } = trigger;
  if (at !== null) return goesOff(at.instant, at.floating, trigger, search);
  if (timing === undefined) return false;
  const offset = trigger.offset.days * DAY + trigger.offset.seconds;
  const [early, late] = [offset + repeat * gap + 2 * DAY, offset - 2 * DAY];
  const widened: Search = {
    starts: search.starts - early,
    ends: search.ends - late,
    floatingStarts: search.floatingStarts - early,
    floatingEnds: search.floatingEnds - late,
  };
  for (const instance of instancesOf(component, timing, widened)) {
    const floating = instance.start.zone === null;
    if (goesOff(triggerTime(trigger, instance), floating, trigger, search)) return true;
  }
  return false;
}

function readTrigger(alarm: Component, lookup: ZoneLookup): Trigger | null {
  const found = property(alarm, "TRIGGER");
  if (found === undefined) return null;
  const time = readTime(rawValue(found));
  const offset = readDuration(rawValue(found));
  if (time === null && offset === null) return null;
  const moment = time === null ? null : momentOf(time, zoneOfProperty(found, lookup));
  return {
    at: moment === null ? null : { instant: instantOf(moment), floating: moment.zone === null },
    offset: offset ?? { days: 0, seconds: 0 },
    fromEnd: parameterValues(found, "RELATED")?.[0]?.toUpperCase() === "END",
    ...readRepeat(alarm),
  };
}

function readRepeat(alarm: Component): { repeat: number; gap: number } {
  const duration = readDuration(textOf(alarm, "DURATION") ?? "");
  const gap = duration === null ? 0 : duration.days * DAY + duration.seconds;
  const repeat = Number.parseInt(textOf(alarm, "REPEAT") ?? "0", 10);
  if (gap <= 0 || !(repeat > 0)) return { repeat: 0, gap: 0 };
  return { repeat: Math.min(repeat, Math.floor(MAX_REPEAT_TIME / gap)), gap };
}

function triggerTime({ offset, fromEnd }: Trigger, { start, starts, ends }: Instance): number {
  const base = fromEnd ? ends : starts;
  const { zone } = start;
  if (offset.days === 0 || zone === null) return base + offset.days * DAY + offset.seconds;
  return zone.toUtc(zone.toWall(base) + offset.days * DAY) + offset.seconds;
}

/** `range.start <= trigger < range.end` for the trigger or one of its repetitions. */
function goesOff(
  first: number,
  floating: boolean,
  { repeat, gap }: Trigger,
  search: Search,
): boolean {
  const starts = floating ? search.floatingStarts : search.starts;
  const ends = floating ? search.floatingEnds : search.ends;
  if (first >= starts || gap === 0) return first >= starts && first < ends;
  const nth = Math.ceil((starts - first) / gap);
  return nth <= repeat && first + nth * gap < ends;
}
