import { DAY, dayOf, MAX_WALL, yearOf } from "./civil.ts";
import { properties, property, rawValue } from "./component.ts";
import type { Component } from "./component.ts";
import { CalendarError } from "./error.ts";
import { recurrences } from "./recurrence.ts";
import { readRule, ruleProperties } from "./rule.ts";
import type { Rule } from "./rule.ts";
import { readOffset, readTime } from "./value.ts";
import { zoneFrom } from "./zone.ts";
import type { Zone } from "./zone.ts";

/** A STANDARD or DAYLIGHT of a VTIMEZONE (RFC 5545 section 3.6.5). */
interface Observance {
  readonly start: number;
  readonly from: number;
  readonly to: number;
  readonly rules: readonly Rule[];
  readonly dates: readonly number[];
}

interface Onset {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** Onsets are computed this far ahead of what is asked for. */
const YEARS_AHEAD = 20;
/** Twice a year to the end of the calendar is less; a VTIMEZONE with more is cut off. */
const MAX_ONSETS = 20_000;

/** The zone that a VTIMEZONE describes; null when it has no observance that can be read. */
export function vtimezoneZone(vtimezone: Component): Zone | null {
  const observances = vtimezone.components.flatMap((component) => readObservance(component) ?? []);
  if (observances.length === 0) return null;
  let lastYear = 0;
  let onsets: Onset[] = [];
  return zoneFrom((utc) => {
    const year = yearOf(Math.min(utc, MAX_WALL));
    if (year > lastYear || onsets.length === 0) {
      lastYear = year + YEARS_AHEAD;
      onsets = findOnsets(observances, dayOf(lastYear + 1, 1, 1) * DAY);
    }
    return offsetAt(onsets, utc);
  });
}

function readObservance(component: Component): Observance | null {
  if (component.name !== "STANDARD" && component.name !== "DAYLIGHT") return null;
  const value = (name: string) => {
    const found = property(component, name);
    return found === undefined ? "" : rawValue(found);
  };
  const start = readTime(value("DTSTART"));
  const from = readOffset(value("TZOFFSETFROM"));
  const to = readOffset(value("TZOFFSETTO"));
  if (start === null || from === null || to === null) return null;
  const dates = properties(component, "RDATE").flatMap((rdate) =>
    rawValue(rdate)
      .split(",")
      .flatMap((text) => readTime(text)?.wall ?? []),
  );
  return { start: start.wall, from, to, rules: readRules(component), dates };
}

/** Only YEARLY rules describe a zone; a rule that cannot be read leaves the onsets that can. */
function readRules(component: Component): Rule[] {
  return ruleProperties(component).flatMap((rrule) => {
    try {
      const rule = readRule(rawValue(rrule));
      return rule.frequency === "YEARLY" ? [rule] : [];
    } catch (error) {
      if (error instanceof CalendarError) return [];
      throw error;
    }
  });
}

function findOnsets(observances: readonly Observance[], before: number): Onset[] {
  const onsets: Onset[] = [];
  for (const observance of observances) {
    for (const wall of onsetWalls(observance)) {
      if (wall >= before || onsets.length >= MAX_ONSETS) break;
      onsets.push({ at: wall - observance.from, from: observance.from, to: observance.to });
    }
  }
  return onsets.sort((a, b) => a.at - b.at);
}

function* onsetWalls({ start, from, rules, dates }: Observance): Generator<number> {
  if (rules.length === 0) yield start;
  yield* [...dates].sort((a, b) => a - b);
  for (const rule of rules) {
    const shift = rule.until?.utc === true ? from : 0;
    const until = rule.until === null ? null : rule.until.wall + shift;
    yield* recurrences({ rule, start, date: false, until }, start);
  }
}

/** RFC 5545 section 3.6.5: the onset that comes last before the moment gives its offset. */
function offsetAt(onsets: readonly Onset[], utc: number): number {
  let [low, high] = [0, onsets.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((onsets[middle]?.at ?? 0) <= utc) low = middle + 1;
    else high = middle;
  }
  return onsets[low - 1]?.to ?? onsets[0]?.from ?? 0;
}
