import { DAY } from "./civil.ts";
import { properties, property, rawValue, textOf } from "./component.ts";
import type { Component } from "./component.ts";
import { durationBetween, instantOf, momentOf, readMoment, zoneOfProperty } from "./moment.ts";
import type { Moment } from "./moment.ts";
import type { Recurrence } from "./recurrence.ts";
import { readRule, ruleProperties } from "./rule.ts";
import type { Rule } from "./rule.ts";
import { readTimed } from "./timed.ts";
import type { Timed } from "./timed.ts";
import type { ZoneLookup } from "./tzid.ts";
import { readPeriod, readTime } from "./value.ts";
import type { Duration, WrittenTime } from "./value.ts";

/** A component that stands for one instance of a series, or for that and all later ones. */
export interface Override {
  readonly timed: Timed;
  /** The instant of the instance it replaces. */
  readonly replaces: number;
  /** For RANGE=THISANDFUTURE, how far later instances are moved on the wall clock. */
  readonly shift: number | null;
}

/** A moment of RDATE on the master's wall clock; a period has its own length. */
export interface Listed {
  readonly wall: number;
  readonly length: Duration | null;
}

/** A recurring component with all it takes to find its instances (RFC 5545 section 3.8.5). */
export interface Series {
  readonly master: Timed;
  readonly recurrences: readonly Recurrence[];
  /** RDATE in order. */
  readonly dates: readonly Listed[];
  /** Instants of the instances that EXDATE or an override takes away. */
  readonly excluded: ReadonlySet<number>;
  /** Wall-clock midnights of the days on which no instance is left. */
  readonly excludedDays: ReadonlySet<number>;
  /** Those with RANGE=THISANDFUTURE, in order. */
  readonly tails: readonly Override[];
}

/** How the instances of one component are found. */
export interface Timing {
  /** Null when the component has no date. */
  readonly timed: Timed | null;
  /** Whether the component itself is an instance, as all but the masters of series are. */
  readonly single: boolean;
  /** The series that has further instances of it: of a master, or of a THISANDFUTURE override. */
  readonly series: Series | null;
}

export type Schedule = ReadonlyMap<Component, Timing>;

const schedules = new WeakMap<Component, Map<string, Schedule>>();

/** The timing of a container's components of one name; those of one UID make a series. */
export function scheduleOf(container: Component, name: string, lookup: ZoneLookup): Schedule {
  const known = schedules.get(container) ?? new Map<string, Schedule>();
  schedules.set(container, known);
  let schedule = known.get(name);
  if (schedule === undefined) known.set(name, (schedule = readSchedule(container, name, lookup)));
  return schedule;
}

function readSchedule(container: Component, name: string, lookup: ZoneLookup): Schedule {
  const byUid = new Map<string, Component[]>();
  for (const component of container.components) {
    if (component.name !== name) continue;
    const uid = textOf(component, "UID") ?? "";
    const group = byUid.get(uid);
    if (group === undefined) byUid.set(uid, [component]);
    else group.push(component);
  }
  const schedule = new Map<Component, Timing>();
  for (const group of byUid.values()) {
    const series = seriesOf(group, lookup);
    const tails = new Set(series?.tails.map(({ timed }) => timed.component));
    for (const component of group) {
      const single = series?.master.component !== component;
      const timed = readTimed(component, lookup);
      schedule.set(component, {
        timed,
        single,
        series: single && !tails.has(component) ? null : series,
      });
    }
  }
  return schedule;
}

function seriesOf(group: readonly Component[], lookup: ZoneLookup): Series | null {
  const component = group.find((member) => property(member, "RECURRENCE-ID") === undefined);
  if (component === undefined || !recurs(component)) return null;
  const master = readTimed(component, lookup);
  return master === null ? null : readSeries(master, group, lookup);
}

function recurs(component: Component): boolean {
  return ruleProperties(component).length > 0 || property(component, "RDATE") !== undefined;
}

function readSeries(master: Timed, group: readonly Component[], lookup: ZoneLookup): Series {
  const excluded = new Set<number>();
  const excludedDays = new Set<number>();
  const exclude = (moment: Moment) => {
    if (moment.date && !master.start.date) excludedDays.add(moment.wall);
    else excluded.add(instantIn(master.start, moment));
  };
  for (const moment of listedMoments(master, "EXDATE", lookup)) exclude(moment);
  const tails: Override[] = [];
  for (const component of group) {
    const id = readMoment(property(component, "RECURRENCE-ID"), lookup);
    if (component === master.component || id === null) continue;
    exclude(id);
    const override = readOverride(master, component, id, lookup);
    if (override !== null && override.shift !== null) tails.push(override);
  }
  tails.sort((a, b) => a.replaces - b.replaces);
  const recurrences = readRecurrences(master);
  return { master, recurrences, dates: readDates(master, lookup), excluded, excludedDays, tails };
}

/** The instant of another moment of the series, whatever kind of value it was written as. */
function instantIn(start: Moment, moment: Moment): number {
  if (start.date) return Math.floor(moment.wall / DAY) * DAY;
  if (start.zone === null) return moment.wall;
  return instantOf({ ...moment, zone: moment.zone ?? start.zone });
}

/** A moment on the wall clock of the series. A DATE in a timed series means the instance of that day. */
function wallIn(start: Moment, moment: Moment): number {
  if (start.date) return Math.floor(moment.wall / DAY) * DAY;
  if (moment.date) return moment.wall + start.wall - Math.floor(start.wall / DAY) * DAY;
  if (start.zone === null || moment.zone === null) return moment.wall;
  return start.zone.toWall(instantOf(moment));
}

function readOverride(
  master: Timed,
  component: Component,
  id: Moment,
  lookup: ZoneLookup,
): Override | null {
  const timed = readTimed(component, lookup);
  if (timed === null) return null;
  const range = property(component, "RECURRENCE-ID")?.parameters["range"];
  const tail = typeof range === "string" && range.toUpperCase() === "THISANDFUTURE";
  const shift = wallIn(master.start, timed.start) - wallIn(master.start, id);
  return { timed, replaces: instantIn(master.start, id), shift: tail ? shift : null };
}

function readRecurrences({ component, start }: Timed): Recurrence[] {
  return ruleProperties(component).map((rrule) => {
    const rule = readRule(rawValue(rrule), rrule.line);
    return { rule, start: start.wall, date: start.date, until: untilOf(rule, start) };
  });
}

/**
 * UNTIL on the wall clock of the series. A DATE in a timed series includes that whole day.
 * COMPAT(iPhone): a time without Z is local (jelmer/xandikos `_normalize_rrule_until`).
 */
function untilOf({ until }: Rule, start: Moment): number | null {
  if (until === null) return null;
  if (until.date) return start.date ? until.wall : until.wall + DAY - 1;
  return until.utc && start.zone !== null ? start.zone.toWall(until.wall) : until.wall;
}

function readDates(master: Timed, lookup: ZoneLookup): Listed[] {
  const dates = listedValues(master.component, "RDATE", lookup).flatMap((listed): Listed[] => {
    const { text, resolve } = listed;
    const period = readPeriod(text);
    const written = period?.start ?? readTime(text);
    if (written === null) return [];
    const start = resolve(written);
    const wall = wallIn(master.start, start);
    if (period === null) return [{ wall, length: null }];
    const { end } = period;
    return [{ wall, length: "wall" in end ? durationBetween(start, resolve(end)) : end }];
  });
  return dates.sort((a, b) => a.wall - b.wall);
}

function listedMoments({ component }: Timed, name: string, lookup: ZoneLookup): Moment[] {
  return listedValues(component, name, lookup).flatMap(({ text, resolve }) => {
    const written = readTime(text);
    return written === null ? [] : [resolve(written)];
  });
}

interface ListedValue {
  readonly text: string;
  readonly resolve: (written: WrittenTime) => Moment;
}

function listedValues(component: Component, name: string, lookup: ZoneLookup): ListedValue[] {
  return properties(component, name).flatMap((list) => {
    const zone = zoneOfProperty(list, lookup);
    const resolve = (written: WrittenTime) => momentOf(written, zone);
    return rawValue(list)
      .split(",")
      .map((text) => ({ text, resolve }));
  });
}
