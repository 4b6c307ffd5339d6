/**
 * Calendar objects as plain records, and RFC 4791's filters evaluated on them by the words of the RFC: no index, no
 * parsing, and no code of the product.
 */
import { bruteForce, type Parts } from "../dav/icalendar/bruteforce.ts";

export type Kind = "utc" | "zoned" | "floating" | "date";
export const HOME_ZONE = "Europe/Berlin";
const DAY = 86_400;
/** Series are enumerated over so many calendar years that one without end shows in any range open to the future. */
const YEARS = 7;

/** Wall-clock seconds, counted as if they were UTC. */
export type Wall = number;

export interface Alarm {
  /** Seconds from the start or end, or a moment in UTC. */
  readonly when:
    | { readonly from: "START" | "END"; readonly offset: number }
    | { readonly at: number };
}

/** One component: a master, or an override of one instance. */
export interface Part {
  readonly kind: Kind;
  readonly start: Wall | null;
  /** How the end is told. */
  readonly end: { readonly by: "end" | "duration"; readonly seconds: number } | null;
  readonly completed: number | null;
  readonly created: number | null;
  readonly texts: Readonly<Record<string, readonly string[]>>;
  readonly attendee: { readonly address: string; readonly partstat: string | null } | null;
  readonly alarm: Alarm | null;
}

export interface PlainObject {
  readonly uid: string;
  readonly component: "VEVENT" | "VTODO" | "VJOURNAL" | "VFREEBUSY";
  readonly master: Part;
  readonly rule: { readonly parts: Parts; readonly count: number | null } | null;
  /** Which instance EXDATE takes away, and which one the override replaces. */
  readonly exdate: number | null;
  readonly override: { readonly index: number; readonly part: Part } | null;
}

export interface PlainRange {
  readonly start: number | null;
  readonly end: number | null;
}
export interface PlainText {
  readonly text: string;
  readonly collation: "i;ascii-casemap" | "i;octet" | "i;unicode-casemap";
  readonly negate: boolean;
}
export interface PlainProperty {
  readonly name: string;
  readonly test:
    | "defined"
    | "not-defined"
    | PlainText
    | { readonly partstat: PlainText | "not-defined" };
}
export interface PlainFilter {
  readonly component: string;
  readonly isNotDefined: boolean;
  readonly range: PlainRange | null;
  readonly properties: readonly PlainProperty[];
  readonly alarm: "none" | "defined" | "not-defined" | PlainRange;
}

/* The clock. */

const clocks = new Map<string, Intl.DateTimeFormat>();

function offsetIn(zone: string, utc: number): number {
  const clock =
    clocks.get(zone) ??
    new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  clocks.set(zone, clock);
  return Date.parse(`${clock.format(utc * 1000).replace(" ", "T")}Z`) / 1000 - utc;
}

/** Of a time that occurs twice the first; of one that is skipped what the clock before the gap gives. */
function utcOf(wall: Wall): number {
  const earlier = [7200, 3600].find((offset) => offsetIn(HOME_ZONE, wall - offset) === offset);
  return wall - (earlier ?? 3600);
}

const instantOf = (kind: Kind, wall: Wall): number => (kind === "zoned" ? utcOf(wall) : wall);

/** Whether times of a kind are compared on the wall clock of the query. */
const floats = (kind: Kind): boolean => kind === "floating" || kind === "date";

/* Instances. */

interface Instance {
  readonly start: number | null;
  readonly end: number | null;
}

interface PlainComponent {
  readonly part: Part;
  readonly instances: readonly Instance[];
}

function instanceAt(part: Part, start: Wall | null, exact: number | null): Instance {
  const { kind, end } = part;
  const from = start === null ? null : instantOf(kind, start);
  if (end === null) return { start: from, end: null };
  if (start === null || from === null) return { start: null, end: instantOf(kind, end.seconds) };
  const isDays = end.by === "duration" && end.seconds % DAY === 0;
  const to =
    isDays || floats(kind) ? instantOf(kind, start + end.seconds) : from + (exact ?? end.seconds);
  return { start: from, end: to };
}

/** The exact time from DTSTART to DTEND, which each instance takes. */
function exactLength({ kind, start, end }: Part): number | null {
  if (start === null || end?.by !== "end") return null;
  return instantOf(kind, start + end.seconds) - instantOf(kind, start);
}

/** What a function says of an object, found once. */
function once<T>(find: (object: PlainObject) => T): (object: PlainObject) => T {
  const known = new WeakMap<PlainObject, T>();
  return (object) => {
    const found = known.get(object) ?? find(object);
    known.set(object, found);
    return found;
  };
}

const walls = once(findWalls);
const componentsOf = once(findComponents);

function findWalls({ master, rule }: PlainObject): Wall[] {
  if (master.start === null) return [];
  if (rule === null) return [master.start];
  const all = bruteForce(rule.parts, new Date(master.start * 1000), YEARS);
  return all.slice(0, rule.count ?? all.length).map((date) => date.getTime() / 1000);
}

/** The wall time of an instance that EXDATE or an override names, if the series has so many. */
export function wallAt(object: PlainObject, index: number | null): Wall | null {
  return index === null ? null : (walls(object)[index] ?? null);
}

function findComponents(object: PlainObject): PlainComponent[] {
  const { master, override } = object;
  if (master.start === null) return [{ part: master, instances: [instanceAt(master, null, null)] }];
  const gone = [wallAt(object, object.exdate), wallAt(object, override?.index ?? null)];
  const left = walls(object).filter((wall) => !gone.includes(wall));
  const exact = exactLength(master);
  const own = { part: master, instances: left.map((wall) => instanceAt(master, wall, exact)) };
  if (override === null || wallAt(object, override.index) === null) return [own];
  const { part } = override;
  return [own, { part, instances: [instanceAt(part, part.start, exactLength(part))] }];
}

/* RFC 4791 section 9.9, table by table. */

type Bounds = { readonly start: number; readonly end: number };

function boundsFor(range: PlainRange, kind: Kind, zone: string): Bounds {
  const shown = (utc: number) => (floats(kind) ? utc + offsetIn(zone, utc) : utc);
  return {
    start: range.start === null ? Number.NEGATIVE_INFINITY : shown(range.start),
    end: range.end === null ? Number.POSITIVE_INFINITY : shown(range.end),
  };
}

function eventOverlaps(
  { kind, end: told }: Part,
  instance: Instance,
  { start, end }: Bounds,
): boolean {
  const from = instance.start ?? Number.NaN;
  if (told !== null && told.seconds > 0) return start < (instance.end ?? Number.NaN) && end > from;
  if (told === null && kind === "date") return start < from + DAY && end > from;
  return start <= from && end > from;
}

function taskOverlaps(part: Part, instance: Instance, { start, end }: Bounds): boolean {
  const { start: from, end: to } = instance;
  if (from !== null && to !== null) {
    return part.end?.by === "duration"
      ? start <= to && (end > from || end >= to)
      : (start < to || start <= from) && (end > from || end >= to);
  }
  if (from !== null) return start <= from && end > from;
  if (to !== null) return start < to && end >= to;
  const { completed, created } = part;
  if (completed !== null && created !== null)
    return (start <= created || start <= completed) && (end >= created || end >= completed);
  if (completed !== null) return start <= completed && end >= completed;
  return created === null || end > created;
}

function journalOverlaps(
  { kind }: Part,
  { start: from }: Instance,
  { start, end }: Bounds,
): boolean {
  if (from === null) return false;
  return kind === "date" ? start < from + DAY && end > from : start <= from && end > from;
}

function takesPlace(
  object: PlainObject,
  { part, instances }: PlainComponent,
  bounds: Bounds,
): boolean {
  return instances.some((instance) => {
    switch (object.component) {
      case "VEVENT":
        return eventOverlaps(part, instance, bounds);
      case "VTODO":
        return taskOverlaps(part, instance, bounds);
      case "VJOURNAL":
        return journalOverlaps(part, instance, bounds);
      default:
        return (
          bounds.start <= (instance.end ?? Number.NaN) &&
          bounds.end > (instance.start ?? Number.NaN)
        );
    }
  });
}

function alarmGoesOff(
  { part, instances }: PlainComponent,
  range: PlainRange,
  zone: string,
): boolean {
  if (part.alarm === null) return false;
  const { when } = part.alarm;
  if ("at" in when) {
    const { start, end } = boundsFor(range, "utc", zone);
    return start <= when.at && end > when.at;
  }
  const { start, end } = boundsFor(range, part.kind, zone);
  return instances.some((instance) => {
    const base = when.from === "END" ? endOf(part, instance) : (instance.start ?? Number.NaN);
    return start <= base + when.offset && end > base + when.offset;
  });
}

function endOf({ kind }: Part, { start, end }: Instance): number {
  return end ?? (start ?? Number.NaN) + (kind === "date" ? DAY : 0);
}

/* Text. */

const FOLDS = {
  "i;octet": (text: string) => text,
  "i;ascii-casemap": (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
  "i;unicode-casemap": (text: string) => text.normalize("NFKD").toLowerCase(),
};

function textFits(value: string, { text, collation, negate }: PlainText): boolean {
  return FOLDS[collation](value).includes(FOLDS[collation](text)) !== negate;
}

function valueOf(object: PlainObject, part: Part, name: string): string | null {
  if (name === "UID") return object.uid;
  if (name === "ATTENDEE") return part.attendee?.address ?? null;
  return part.texts[name]?.join(",") ?? null;
}

function propertyFits(object: PlainObject, part: Part, { name, test }: PlainProperty): boolean {
  const value = valueOf(object, part, name);
  if (test === "defined" || test === "not-defined")
    return (value !== null) === (test === "defined");
  if (value === null) return false;
  if ("text" in test) return textFits(value, test);
  const partstat = part.attendee?.partstat ?? null;
  if (test.partstat === "not-defined") return partstat === null;
  return partstat !== null && textFits(partstat, test.partstat);
}

/** CREATED and COMPLETED, which stand for a task without dates, are in UTC. */
function clockOf({ kind, start, end }: Part): Kind {
  return start === null && end === null ? "utc" : kind;
}

/** Whether an object matches, floating times being read in `zone`. */
export function plainlyMatches(object: PlainObject, filter: PlainFilter, zone: string): boolean {
  const named = filter.component === object.component ? componentsOf(object) : [];
  if (filter.isNotDefined) return named.length === 0;
  return named.some((component) => {
    const { part } = component;
    if (!filter.properties.every((property) => propertyFits(object, part, property))) return false;
    const { alarm, range } = filter;
    if (alarm === "defined" && part.alarm === null) return false;
    if (alarm === "not-defined" && part.alarm !== null) return false;
    if (typeof alarm === "object" && !alarmGoesOff(component, alarm, zone)) return false;
    return range === null || takesPlace(object, component, boundsFor(range, clockOf(part), zone));
  });
}
