import { property, rawValue } from "./component.ts";
import type { Component } from "./component.ts";
import { durationBetween, readMoment } from "./moment.ts";
import type { Moment } from "./moment.ts";
import type { ZoneLookup } from "./tzid.ts";
import { readDuration } from "./value.ts";
import type { Duration } from "./value.ts";

/**
 * Which row of RFC 4791 section 9.9's tables a component falls under. `span` is every VEVENT and
 * VJOURNAL; the others are the rows for a VTODO, named after the properties present.
 */
export type Shape = "span" | "start+duration" | "start+due" | "start" | "due";

/** When a component takes place; null when it has no date. */
export interface Timed {
  readonly component: Component;
  readonly start: Moment;
  readonly length: Duration;
  readonly shape: Shape;
}

const NO_TIME: Duration = { days: 0, seconds: 0 };
const ONE_DAY: Duration = { days: 1, seconds: 0 };

/** Reads the dates of a VEVENT, VTODO, VJOURNAL or AVAILABLE. */
export function readTimed(component: Component, lookup: ZoneLookup): Timed | null {
  const start = readMoment(property(component, "DTSTART"), lookup);
  if (component.name === "VTODO") return readTask(component, start, lookup);
  if (start === null) return null;
  const open = start.date ? ONE_DAY : NO_TIME;
  if (component.name === "VJOURNAL") return { component, start, length: open, shape: "span" };
  const end = readMoment(property(component, "DTEND"), lookup);
  const length = end === null ? durationOf(component) : durationBetween(start, end);
  return { component, start, length: length ?? open, shape: "span" };
}

function readTask(component: Component, start: Moment | null, lookup: ZoneLookup): Timed | null {
  const due = readMoment(property(component, "DUE"), lookup);
  if (start === null) {
    return due === null ? null : { component, start: due, length: NO_TIME, shape: "due" };
  }
  if (due !== null) {
    return { component, start, length: durationBetween(start, due), shape: "start+due" };
  }
  const length = durationOf(component);
  if (length === null) return { component, start, length: NO_TIME, shape: "start" };
  return { component, start, length, shape: "start+duration" };
}

function durationOf(component: Component): Duration | null {
  const found = property(component, "DURATION");
  return found === undefined ? null : readDuration(rawValue(found));
}

/** Seconds of time, [starts, ends): Unix seconds, or wall-clock seconds when floating. */
export interface Interval {
  readonly starts: number;
  readonly ends: number;
  readonly floating: boolean;
}

/**
 * The interval that overlaps a range exactly when RFC 4791 section 9.9 says so, the test being
 * `starts < range.end and ends > range.start` in whole seconds.
 */
export function intervalOf(
  shape: Shape,
  start: number,
  end: number,
): { readonly starts: number; readonly ends: number } {
  switch (shape) {
    case "span":
    case "start":
      return { starts: start, ends: Math.max(end, start + 1) };
    case "start+duration":
      return { starts: end > start ? start : start - 1, ends: Math.max(end, start) + 1 };
    case "start+due":
      return { starts: Math.min(start, end - 1), ends: Math.max(end, start + 1) };
    default:
      return { starts: end - 1, ends: end };
  }
}
