import { DAY, dayOf, MAX_WALL } from "./civil.ts";
import { properties, property, rawValue, textOf } from "./component.ts";
import type { Calendar, Component, Property } from "./component.ts";
import { CalendarError, quote } from "./error.ts";
import type { CalendarCondition } from "./error.ts";
import { instantOf, momentOf, zoneOfProperty } from "./moment.ts";
import { recurrences } from "./recurrence.ts";
import { readRule, ruleProperties } from "./rule.ts";
import type { Rule } from "./rule.ts";
import { zonesOf } from "./tzid.ts";
import type { ZoneLookup } from "./tzid.ts";
import { readDuration, readPeriod, readTime } from "./value.ts";
import type { WrittenTime } from "./value.ts";

export const COMPONENTS = ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VAVAILABILITY"] as const;
type ComponentName = (typeof COMPONENTS)[number];

/** What a calendar collection publishes of RFC 4791 sections 5.2.6 to 5.2.9; times in Unix seconds. */
export interface Limits {
  /** Instances that a rule may make in the year that begins with DTSTART. */
  readonly maxInstances: number;
  readonly maxAttendeesPerInstance: number;
  /** What lies before or behind could not be written in UTC, as an expansion has to. */
  readonly minDateTime: number;
  readonly maxDateTime: number;
}

export const DEFAULT_LIMITS: Limits = {
  maxInstances: 40_000,
  maxAttendeesPerInstance: 1000,
  minDateTime: dayOf(1, 1, 1) * DAY,
  maxDateTime: MAX_WALL,
};

interface CalendarObject {
  readonly uid: string;
  readonly component: ComponentName;
}

const MAX_UID_BYTES = 1000;
/** RFC 5545 advises against a second RRULE; each costs its own search for instances. */
const MAX_RULES = 4;
const DATES = ["DTSTART", "DTEND", "DUE", "RECURRENCE-ID"];

/**
 * Checks that a calendar may be stored as a calendar object resource (RFC 4791 sections 4.1 and
 * 5.3.2.1) and that its dates and rules can be understood. Properties that no search reads are
 * not judged. Throws CalendarError with the first condition that does not hold.
 */
export function checkCalendarObject(
  calendar: Calendar,
  limits: Partial<Limits> = {},
): CalendarObject {
  checkCalendar(calendar);
  const members = calendar.components.filter(({ name }) => !isBeside(name));
  const component = commonComponent(calendar, members);
  const uid = commonUid(calendar, members);
  checkInstances(members);
  const rules = { ...DEFAULT_LIMITS, ...limits, lookup: zonesOf(calendar) };
  for (const member of members) checkMember(member, rules);
  return { uid, component };
}

/** Components that do not count: zones, and extensions, which are kept but not understood. */
function isBeside(name: string): boolean {
  return name === "VTIMEZONE" || name.startsWith("X-");
}

/** A VERSION or PRODID that is missing is not missed; another VERSION is another format. */
function checkCalendar(calendar: Calendar): void {
  const version = property(calendar, "VERSION");
  if (version !== undefined && rawValue(version).trim() !== "2.0") {
    const found = quote(rawValue(version));
    throw fail("valid-calendar-data", `VERSION should be 2.0, not ${found}.`, version);
  }
  const scale = property(calendar, "CALSCALE");
  if (scale !== undefined && rawValue(scale).trim().toUpperCase() !== "GREGORIAN") {
    throw fail("valid-calendar-data", "CALSCALE should be GREGORIAN.", scale);
  }
  const method = property(calendar, "METHOD");
  if (method !== undefined) {
    const message = "A stored calendar object has no METHOD; that is for messages.";
    throw fail("valid-calendar-object-resource", message, method);
  }
}

function commonComponent(calendar: Calendar, members: readonly Component[]): ComponentName {
  const [first] = members;
  if (first === undefined) {
    const message = `The calendar holds none of ${COMPONENTS.join(", ")}.`;
    throw fail("valid-calendar-object-resource", message, calendar);
  }
  const other = members.find(({ name }) => name !== first.name);
  if (other !== undefined) {
    const message = `${first.name} and ${other.name} stand in one object; store them apart.`;
    throw fail("valid-calendar-object-resource", message, other);
  }
  const name = COMPONENTS.find((known) => known === first.name);
  if (name !== undefined) return name;
  const message = `A calendar cannot hold ${quote(first.name)} components.`;
  throw fail("supported-calendar-component", message, first);
}

function commonUid(calendar: Calendar, members: readonly Component[]): string {
  const uids = members.map((member) => ({ member, uid: (textOf(member, "UID") ?? "").trim() }));
  const missing = uids.find(({ uid }) => uid === "");
  if (missing !== undefined) {
    const message = `The ${missing.member.name} has no UID.`;
    throw fail("valid-calendar-object-resource", message, missing.member);
  }
  const uid = uids[0]?.uid ?? "";
  const other = uids.find((candidate) => candidate.uid !== uid);
  if (other !== undefined) {
    const message = `One object has one UID, not ${quote(uid)} and ${quote(other.uid)}; store them apart.`;
    throw fail("valid-calendar-object-resource", message, other.member);
  }
  if (new TextEncoder().encode(uid).length <= MAX_UID_BYTES) return uid;
  throw fail("valid-calendar-data", `The UID is longer than ${MAX_UID_BYTES} bytes.`, calendar);
}

function checkInstances(members: readonly Component[]): void {
  const seen = new Set<string>();
  for (const member of members) {
    const id = property(member, "RECURRENCE-ID");
    const key = id === undefined ? "" : `${String(id.parameters["tzid"])} ${rawValue(id).trim()}`;
    if (seen.has(key)) {
      const message =
        id === undefined
          ? `There are two ${member.name} components without RECURRENCE-ID under one UID.`
          : `There are two ${member.name} components with RECURRENCE-ID ${quote(rawValue(id))}.`;
      throw fail("valid-calendar-object-resource", message, member);
    }
    seen.add(key);
  }
}

interface Rules extends Limits {
  readonly lookup: ZoneLookup;
}

function checkMember(component: Component, limits: Rules): void {
  if (component.name === "VEVENT" && property(component, "DTSTART") === undefined) {
    throw fail("valid-calendar-data", "The VEVENT has no DTSTART.", component);
  }
  const attendees = properties(component, "ATTENDEE").length;
  if (attendees > limits.maxAttendeesPerInstance) {
    const message = `There are ${attendees} attendees; ${limits.maxAttendeesPerInstance} are allowed.`;
    throw fail("max-attendees-per-instance", message, component);
  }
  for (const name of DATES) {
    for (const date of properties(component, name)) checkDate(date, rawValue(date), limits);
  }
  for (const name of ["RDATE", "EXDATE"]) {
    for (const dates of properties(component, name)) {
      for (const text of rawValue(dates).split(",")) {
        if (text.trim() !== "") checkDate(dates, text, limits);
      }
    }
  }
  checkDuration(component);
  checkRecurrence(component, limits);
}

function checkDate(of: Property, text: string, rules: Rules): void {
  const time = readTime(text) ?? readPeriod(text)?.start;
  if (time === undefined) {
    throw fail("valid-calendar-data", `${of.name} ${quote(text)} is not a date or time.`, of);
  }
  const { minDateTime, maxDateTime, lookup } = rules;
  // Most dates are so far from both ends that their zone does not matter.
  if (time.wall >= minDateTime + DAY && time.wall <= maxDateTime - DAY) return;
  const instant = instantOf(momentOf(time, zoneOfProperty(of, lookup)));
  if (instant < minDateTime) {
    throw fail("min-date-time", `${of.name} ${quote(text)} is too far in the past.`, of);
  }
  if (instant > maxDateTime) {
    throw fail("max-date-time", `${of.name} ${quote(text)} is too far in the future.`, of);
  }
}

function checkDuration(component: Component): void {
  const duration = property(component, "DURATION");
  if (duration === undefined || readDuration(rawValue(duration)) !== null) return;
  const message = `DURATION ${quote(rawValue(duration))} is not a duration such as PT1H.`;
  throw fail("valid-calendar-data", message, duration);
}

function checkRecurrence(component: Component, limits: Limits): void {
  const rrules = ruleProperties(component);
  if (rrules.length > MAX_RULES) {
    throw fail("max-instances", `There are more than ${MAX_RULES} RRULEs.`, component);
  }
  const anchor = property(component, "DTSTART") ?? property(component, "DUE");
  const start = anchor === undefined ? null : readTime(rawValue(anchor));
  for (const rrule of rrules) {
    const rule = readRule(rawValue(rrule), rrule.line);
    if (start !== null) checkRule(rule, start, rrule, limits);
  }
}

function checkRule(rule: Rule, start: WrittenTime, rrule: Property, limits: Limits): void {
  const subDaily = ["HOURLY", "MINUTELY", "SECONDLY"].includes(rule.frequency);
  if (subDaily && start.date) {
    const message = `FREQ=${rule.frequency} needs a DTSTART with a time.`;
    throw fail("valid-calendar-data", message, rrule);
  }
  const times = rule.byHour.length + rule.byMinute.length + rule.bySecond.length;
  if (!subDaily && times === 0) return;
  const until = rule.until?.wall ?? null;
  const recurrence = { rule, start: start.wall, date: start.date, until };
  const year = recurrences(recurrence, start.wall, start.wall + 366 * DAY);
  for (let count = 0; year.next().done !== true;) {
    if (++count <= limits.maxInstances) continue;
    const message = `The RRULE makes more than ${limits.maxInstances} instances in a year.`;
    throw fail("max-instances", message, rrule);
  }
}

function fail(condition: CalendarCondition, message: string, at: { line: number }): CalendarError {
  return new CalendarError(condition, message, at.line);
}
