import { dateOf, DAY, dayOf, daysInMonth, isLeap, weekdayOf } from "./civil.ts";
import type { CivilDate } from "./civil.ts";
import type { Rule, WeekdayNumber } from "./rule.ts";

/**
 * The BYxxx parts of a rule that choose days, with what they leave open taken from DTSTART. Every
 * part is a filter over the days of a period, which gives the same set as RFC 5545's
 * expand-or-limit table.
 */
export interface DayPattern {
  readonly months: ReadonlySet<number>;
  readonly monthDays: ReadonlySet<number>;
  readonly yearDays: ReadonlySet<number>;
  readonly weekNumbers: ReadonlySet<number>;
  readonly weekdays: readonly WeekdayNumber[];
  /** Where the nth weekday is counted: `null` takes every such weekday. */
  readonly nthIn: "month" | "year" | null;
  readonly weekStart: number;
  readonly skip: Rule["skip"];
}

export function dayPattern(rule: Rule, start: number): DayPattern {
  const startDay = Math.floor(start / DAY);
  const { month, day } = dateOf(startDay);
  const open =
    rule.byDay.length + rule.byMonthDay.length + rule.byYearDay.length + rule.byWeekNo.length === 0;
  const { frequency } = rule;
  const takesMonth = frequency === "YEARLY" && open && rule.byMonth.length === 0;
  const takesDay = open && (frequency === "YEARLY" || frequency === "MONTHLY");
  return {
    months: new Set(takesMonth ? [month] : rule.byMonth),
    monthDays: new Set(takesDay ? [day] : rule.byMonthDay),
    yearDays: new Set(rule.byYearDay),
    weekNumbers: new Set(rule.byWeekNo),
    weekdays: takesWeekday(rule, open) ? [{ weekday: weekdayOf(startDay), nth: 0 }] : rule.byDay,
    nthIn: scopeOfNth(rule),
    weekStart: rule.weekStart,
    skip: rule.skip,
  };
}

function takesWeekday(rule: Rule, open: boolean): boolean {
  if (rule.frequency === "WEEKLY") return open;
  const others = rule.byDay.length + rule.byMonthDay.length + rule.byYearDay.length;
  return rule.frequency === "YEARLY" && rule.byWeekNo.length > 0 && others === 0;
}

function scopeOfNth({ frequency, byMonth, byWeekNo }: Rule): DayPattern["nthIn"] {
  if (frequency === "MONTHLY") return "month";
  if (frequency !== "YEARLY" || byWeekNo.length > 0) return null;
  return byMonth.length > 0 ? "month" : "year";
}

/** Whether the pattern takes a day. */
export function includesDay(pattern: DayPattern, day: number): boolean {
  return takes(pattern, day, dateOf(day));
}

/** The first day from `day` on that the pattern might take: `day` itself when it does. */
export function nextDay(pattern: DayPattern, day: number): number {
  const date = dateOf(day);
  if (takes(pattern, day, date)) return day;
  if (pattern.months.size === 0 || pattern.months.has(date.month)) return day + 1;
  return dayOf(date.year, date.month + 1, 1);
}

/** The days of a month that the pattern takes, in order; SKIP=FORWARD may add the next month's first. */
export function daysOfMonth(pattern: DayPattern, year: number, month: number): number[] {
  if (pattern.months.size > 0 && !pattern.months.has(month)) return [];
  const first = dayOf(year, month, 1);
  const length = daysInMonth(year, month);
  const days: number[] = [];
  for (let day = 1; day <= length; day++) {
    if (takes(pattern, first + day - 1, { year, month, day })) days.push(first + day - 1);
  }
  const skipped = skippedDay(pattern, first, length);
  if (skipped !== null && !days.includes(skipped)) days.push(skipped);
  return days;
}

/** RFC 7529 section 4.1: the day that stands for those which the month is too short for. */
function skippedDay(pattern: DayPattern, first: number, length: number): number | null {
  if (pattern.skip === "OMIT" || pattern.weekdays.length > 0) return null;
  if (![...pattern.monthDays].some((day) => day > length)) return null;
  return pattern.skip === "BACKWARD" ? first + length - 1 : first + length;
}

function takes(pattern: DayPattern, day: number, date: CivilDate): boolean {
  const { months, monthDays, yearDays, weekNumbers, weekdays } = pattern;
  if (months.size > 0 && !months.has(date.month)) return false;
  if (monthDays.size > 0 && !takesMonthDay(monthDays, date)) return false;
  if (weekdays.length > 0 && !weekdays.some((item) => takesWeekdayNumber(pattern, item, day, date)))
    return false;
  if (yearDays.size > 0 && !takesYearDay(yearDays, day, date.year)) return false;
  return weekNumbers.size === 0 || takesWeekNumber(pattern, day, date.year);
}

function takesMonthDay(monthDays: ReadonlySet<number>, { year, month, day }: CivilDate): boolean {
  return monthDays.has(day) || monthDays.has(day - daysInMonth(year, month) - 1);
}

function takesYearDay(yearDays: ReadonlySet<number>, day: number, year: number): boolean {
  const number = day - dayOf(year, 1, 1) + 1;
  return yearDays.has(number) || yearDays.has(number - yearLength(year) - 1);
}

function takesWeekdayNumber(
  { nthIn }: DayPattern,
  { weekday, nth }: WeekdayNumber,
  day: number,
  date: CivilDate,
): boolean {
  if (weekdayOf(day) !== weekday) return false;
  if (nth === 0 || nthIn === null) return true;
  const inMonth = nthIn === "month";
  const number = inMonth ? date.day : day - dayOf(date.year, 1, 1) + 1;
  const length = inMonth ? daysInMonth(date.year, date.month) : yearLength(date.year);
  const position = nth > 0 ? number : length - number + 1;
  return Math.ceil(position / 7) === Math.abs(nth);
}

/** A week belongs to the year that holds four of its days at least (RFC 5545 section 3.3.10). */
function takesWeekNumber(pattern: DayPattern, day: number, year: number): boolean {
  const { weekNumbers, weekStart } = pattern;
  let weekYear = year;
  if (day < firstWeek(year, weekStart)) weekYear = year - 1;
  else if (day >= firstWeek(year + 1, weekStart)) weekYear = year + 1;
  const first = firstWeek(weekYear, weekStart);
  const weeks = (firstWeek(weekYear + 1, weekStart) - first) / 7;
  const number = Math.floor((day - first) / 7) + 1;
  return weekNumbers.has(number) || weekNumbers.has(number - weeks - 1);
}

function firstWeek(year: number, weekStart: number): number {
  const fourth = dayOf(year, 1, 4);
  return fourth - ((weekdayOf(fourth) - weekStart + 7) % 7);
}

function yearLength(year: number): number {
  return isLeap(year) ? 366 : 365;
}
