import { dateOf, DAY, dayOf, daysInMonth, weekdayOf } from "./civil.ts";
import { ianaZone } from "./iana.ts";
import { escapeText, formatTime, writeContent } from "./write.ts";
import type { Content } from "./write.ts";
import type { Zone } from "./zone.ts";

/** A change of the clock: `wall` is the time it showed before. */
interface Change {
  readonly wall: number;
  readonly from: number;
  readonly to: number;
}

/** The first clocks of any zone are younger than the beginning of "ever". */
const FIRST = { "1970": dayOf(1970, 1, 1) * DAY, ever: dayOf(1800, 1, 1) * DAY };
const LAST_YEAR = 2037;
const LAST = dayOf(LAST_YEAR + 1, 1, 1) * DAY;
/** Two changes of the clock are never nearer than this: Boa Vista had a week of summer in 2000. */
const PROBE = 6 * DAY;
/** A yearly rule is taken for one when it has held for this many years up to the last. */
const MIN_YEARS = 10;

/** When a definition begins. What changes follow a yearly rule go on without end, others are listed to 2037. */
export type Since = keyof typeof FIRST;

const observances: Readonly<Record<Since, WeakMap<Zone, readonly Content[]>>> = {
  "1970": new WeakMap(),
  ever: new WeakMap(),
};

/** A calendar with the VTIMEZONE of an IANA zone, from 1970 on; null when there is no such zone. */
export function timezoneText(tzid: string): string | null {
  const zone = ianaZone(tzid);
  if (zone === null) return null;
  const lines = ["VERSION:2.0", "PRODID:-//pushdav//pushdav//EN"];
  const components = [timezoneOf(tzid, zone, "1970")];
  return writeContent({ name: "VCALENDAR", lines, components });
}

/** The VTIMEZONE of a zone, under the name by which a calendar refers to it. */
export function vtimezoneText(tzid: string, zone: Zone, since: Since): string {
  return writeContent(timezoneOf(tzid, zone, since));
}

/** Whether two zones have the same time from 1970 to 2037. */
export function showSameTimes(one: Zone, other: Zone): boolean {
  for (let at = FIRST["1970"]; at < LAST; at += PROBE) {
    if (offsetAt(one, at) !== offsetAt(other, at)) return false;
  }
  return true;
}

function timezoneOf(tzid: string, zone: Zone, since: Since): Content {
  let components = observances[since].get(zone);
  if (components === undefined) {
    components = describe(zone, FIRST[since]);
    observances[since].set(zone, components);
  }
  return { name: "VTIMEZONE", lines: [`TZID:${escapeText(tzid)}`], components };
}

function describe(zone: Zone, start: number): Content[] {
  const changes = changesOf(zone, start);
  const initial = offsetAt(zone, start);
  const first = observance({ wall: start, from: initial, to: initial }, []);
  const kinds = new Map<string, Change[]>();
  for (const change of changes) {
    const key = `${change.from} ${change.to}`;
    const kind = kinds.get(key);
    if (kind === undefined) kinds.set(key, [change]);
    else kind.push(change);
  }
  return [first, ...[...kinds.values()].flatMap(observancesOf)];
}

function changesOf(zone: Zone, from: number): Change[] {
  const changes: Change[] = [];
  for (let start = from; start < LAST; start += PROBE) {
    const [before, after] = [offsetAt(zone, start), offsetAt(zone, start + PROBE)];
    if (before === after) continue;
    let [low, high] = [start, start + PROBE];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetAt(zone, middle) === before) low = middle;
      else high = middle;
    }
    changes.push({ wall: high + before, from: before, to: after });
  }
  return changes;
}

function offsetAt(zone: Zone, utc: number): number {
  return zone.toWall(utc) - utc;
}

/** What changes between the same two offsets: listed, then by the rule that holds at the end. */
function observancesOf(changes: readonly Change[]): Content[] {
  const [rule, start] = longestRule(changes);
  const [listed, ruled] = [changes.slice(0, start), changes[start]];
  const [first, ...rest] = listed;
  const written = [];
  if (first !== undefined) {
    const dates = rest.map(({ wall }) => `RDATE:${formatTime(wall, false)}`);
    written.push(observance(first, dates));
  }
  if (ruled !== undefined) written.push(observance(ruled, [`RRULE:FREQ=YEARLY;${rule}`]));
  return written;
}

/** The rule that the last changes follow year by year, and the index of the first of them. */
function longestRule(changes: readonly Change[]): [rule: string, start: number] {
  let best: [string, number] = ["", changes.length];
  for (const ruleOf of [nthWeekday, lastWeekday, dayOfMonth]) {
    const last = changes.at(-1);
    if (last === undefined || dateOf(Math.floor(last.wall / DAY)).year !== LAST_YEAR) continue;
    let start = changes.length - 1;
    while (start > 0 && follows(changes[start - 1], changes[start], ruleOf)) start--;
    const years = changes.length - start;
    if (years >= MIN_YEARS && start < best[1]) best = [ruleOf(last.wall) ?? "", start];
  }
  return best;
}

type RuleOf = (wall: number) => string | null;

function follows(before: Change | undefined, after: Change | undefined, ruleOf: RuleOf) {
  if (before === undefined || after === undefined) return false;
  const [a, b] = [before.wall, after.wall].map((wall) => dateOf(Math.floor(wall / DAY)).year);
  const rule = ruleOf(after.wall);
  const sameTime = (after.wall - before.wall) % DAY === 0;
  return rule !== null && sameTime && a === (b ?? 0) - 1 && ruleOf(before.wall) === rule;
}

const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

function nthWeekday(wall: number): string {
  const { month, day } = dateOf(Math.floor(wall / DAY));
  return `BYMONTH=${month};BYDAY=${Math.ceil(day / 7)}${weekday(wall)}`;
}

function lastWeekday(wall: number): string | null {
  const { year, month, day } = dateOf(Math.floor(wall / DAY));
  const isLast = day + 7 > daysInMonth(year, month);
  return isLast ? `BYMONTH=${month};BYDAY=-1${weekday(wall)}` : null;
}

function dayOfMonth(wall: number): string {
  const { month, day } = dateOf(Math.floor(wall / DAY));
  return `BYMONTH=${month};BYMONTHDAY=${day}`;
}

function weekday(wall: number): string {
  return WEEKDAYS[weekdayOf(Math.floor(wall / DAY))] ?? "";
}

function observance({ wall, from, to }: Change, recurrence: readonly string[]): Content {
  const lines = [
    `DTSTART:${formatTime(wall, false)}`,
    `TZOFFSETFROM:${formatOffset(from)}`,
    `TZOFFSETTO:${formatOffset(to)}`,
    ...recurrence,
  ];
  return { name: to > from ? "DAYLIGHT" : "STANDARD", lines, components: [] };
}

/** A UTC-OFFSET (RFC 5545 section 3.3.14). */
function formatOffset(offset: number): string {
  const size = Math.abs(offset);
  const parts = [Math.floor(size / 3600), Math.floor(size / 60) % 60, size % 60];
  const digits = (size % 60 === 0 ? parts.slice(0, 2) : parts).map((part) =>
    String(part).padStart(2, "0"),
  );
  return `${offset < 0 ? "-" : "+"}${digits.join("")}`;
}
