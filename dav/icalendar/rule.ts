import { properties, rawValue } from "./component.ts";
import type { Component, Property } from "./component.ts";
import { CalendarError, quote } from "./error.ts";
import { readTime } from "./value.ts";
import type { WrittenTime } from "./value.ts";

const FREQUENCIES = [
  "SECONDLY",
  "MINUTELY",
  "HOURLY",
  "DAILY",
  "WEEKLY",
  "MONTHLY",
  "YEARLY",
] as const;
export type Frequency = (typeof FREQUENCIES)[number];

/** BYDAY: 0 for Sunday to 6 for Saturday; `nth` is 0 when every such day is meant. */
export interface WeekdayNumber {
  readonly weekday: number;
  readonly nth: number;
}

/** A RECUR value (RFC 5545 section 3.3.10). A part that is absent is an empty list or null. */
export interface Rule {
  readonly frequency: Frequency;
  readonly interval: number;
  readonly count: number | null;
  readonly until: WrittenTime | null;
  readonly bySecond: readonly number[];
  readonly byMinute: readonly number[];
  readonly byHour: readonly number[];
  readonly byDay: readonly WeekdayNumber[];
  readonly byMonthDay: readonly number[];
  readonly byYearDay: readonly number[];
  readonly byWeekNo: readonly number[];
  readonly byMonth: readonly number[];
  readonly bySetPos: readonly number[];
  readonly weekStart: number;
  /** What becomes of a date that does not exist (RFC 7529 section 4.1). */
  readonly skip: "OMIT" | "BACKWARD" | "FORWARD";
}

/** A component's RRULEs. COMPAT(CalendarLabs): an empty one, as in its holiday files, is none. */
export function ruleProperties(component: Component): Property[] {
  return properties(component, "RRULE").filter((rrule) => rawValue(rrule).trim() !== "");
}

const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const SKIPS = ["OMIT", "BACKWARD", "FORWARD"] as const;
/** Beyond this an interval of seconds leaves the calendar anyway. */
const MAX_INTERVAL = 1_000_000_000_000;

/**
 * Reads a RECUR value. Unknown parts, empty parts and repeated parts (the last one counts) are
 * taken; throws CalendarError valid-calendar-data naming the part that has no reading, or
 * supported-rscale.
 */
export function readRule(text: string, line?: number): Rule {
  const parts = new Map<string, string>();
  for (const part of text.split(";")) {
    const equals = part.indexOf("=");
    if (equals === -1) continue;
    const value = part.slice(equals + 1).trim();
    if (value !== "") parts.set(part.slice(0, equals).trim().toUpperCase(), value.toUpperCase());
  }
  requireGregorian(parts.get("RSCALE"), line);
  try {
    return ruleOf(parts);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CalendarError("valid-calendar-data", `In the RRULE, ${error.message}.`, line);
  }
}

function ruleOf(parts: ReadonlyMap<string, string>): Rule {
  const list = (name: string, least: number, most: number, signed = false) =>
    readNumbers(name, parts.get(name), least, most, signed);
  return {
    frequency: readChoice("FREQ", parts.get("FREQ"), FREQUENCIES),
    interval: Math.min(readPositive("INTERVAL", parts.get("INTERVAL")) ?? 1, MAX_INTERVAL),
    count: readPositive("COUNT", parts.get("COUNT")),
    until: readUntil(parts.get("UNTIL")),
    bySecond: list("BYSECOND", 0, 60).filter((second) => second < 60),
    byMinute: list("BYMINUTE", 0, 59),
    byHour: list("BYHOUR", 0, 23),
    byDay: readWeekdays(parts.get("BYDAY")),
    byMonthDay: list("BYMONTHDAY", 1, 31, true),
    byYearDay: list("BYYEARDAY", 1, 366, true),
    byWeekNo: list("BYWEEKNO", 1, 53, true),
    byMonth: list("BYMONTH", 1, 12),
    bySetPos: list("BYSETPOS", 1, 366, true),
    weekStart: readWeekStart(parts.get("WKST")),
    skip: readChoice("SKIP", parts.get("SKIP") ?? "OMIT", SKIPS),
  };
}

/** Rules of other calendars are refused (RFC 7529 section 7). */
function requireGregorian(scale: string | undefined, line: number | undefined): void {
  if (scale === undefined || scale === "GREGORIAN") return;
  const message = `In the RRULE, RSCALE=${quote(scale)} is not supported; only GREGORIAN is.`;
  throw new CalendarError("supported-rscale", message, line);
}

function readChoice<T extends string>(
  name: string,
  text: string | undefined,
  choices: readonly T[],
): T {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new RangeError(`${name}=${quote(text ?? "")} should be one of ${choices.join(", ")}`);
}

/** Zero is read as absent: some clients write INTERVAL=0 or COUNT=0 for "not set". */
function readPositive(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^\+?\d{1,15}$/.test(text)) throw new RangeError(`${name}=${quote(text)} is not a number`);
  return Number(text) === 0 ? null : Number(text);
}

function readUntil(text: string | undefined): WrittenTime | null {
  if (text === undefined) return null;
  const until = readTime(text);
  if (until === null) throw new RangeError(`UNTIL=${quote(text)} is not a date`);
  return until;
}

function readNumbers(
  name: string,
  text: string | undefined,
  least: number,
  most: number,
  signed: boolean,
): number[] {
  if (text === undefined) return [];
  const numbers = new Set<number>();
  for (const item of text.split(",")) {
    const number = /^[+-]?\d{1,3}$/.test(item.trim()) ? Number(item) : Number.NaN;
    const size = signed ? Math.abs(number) : number;
    if (!(size >= least && size <= most)) {
      throw new RangeError(`${name}=${quote(item)} is not a number from ${least} to ${most}`);
    }
    numbers.add(number);
  }
  return [...numbers].sort((a, b) => a - b);
}

function readWeekdays(text: string | undefined): WeekdayNumber[] {
  if (text === undefined) return [];
  const days = new Map<string, WeekdayNumber>();
  for (const item of text.split(",")) {
    const found = /^([+-]?\d{1,2})?(SU|MO|TU|WE|TH|FR|SA)$/.exec(item.trim());
    const nth = Number(found?.[1] ?? 0);
    if (found === null || Math.abs(nth) > 53) {
      throw new RangeError(`BYDAY=${quote(item)} is not a weekday such as MO or -1FR`);
    }
    const weekday = WEEKDAYS.indexOf(found[2] ?? "");
    days.set(`${nth} ${weekday}`, { weekday, nth });
  }
  return [...days.values()];
}

function readWeekStart(text: string | undefined): number {
  const weekday = WEEKDAYS.indexOf(text ?? "MO");
  if (weekday === -1) throw new RangeError(`WKST=${quote(text ?? "")} is not a weekday`);
  return weekday;
}
