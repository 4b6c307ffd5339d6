/**
 * RFC 5545's RRULE by its definition: each moment of a period is judged on its own, and nothing is computed
 * that could be counted. Shares no code with the product.
 */

export const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface Parts {
  readonly freq: "YEARLY" | "MONTHLY" | "WEEKLY" | "DAILY" | "HOURLY";
  readonly interval: number;
  readonly byMonth: readonly number[];
  readonly byMonthDay: readonly number[];
  readonly byYearDay: readonly number[];
  readonly byWeekNo: readonly number[];
  readonly byDay: readonly { readonly nth: number; readonly day: string }[];
  readonly byHour: readonly number[];
  readonly bySetPos: readonly number[];
  readonly wkst: string;
}

export function toRule(parts: Parts): string {
  const days = parts.byDay.map(({ nth, day }) => (nth === 0 ? day : `${nth}${day}`));
  return [
    `FREQ=${parts.freq};INTERVAL=${parts.interval};WKST=${parts.wkst}`,
    toPart("BYMONTH", parts.byMonth),
    toPart("BYMONTHDAY", parts.byMonthDay),
    toPart("BYYEARDAY", parts.byYearDay),
    toPart("BYWEEKNO", parts.byWeekNo),
    toPart("BYDAY", days),
    toPart("BYHOUR", parts.byHour),
    toPart("BYSETPOS", parts.bySetPos),
  ].join("");
}

function toPart(name: string, values: readonly (number | string)[]): string {
  return values.length === 0 ? "" : `;${name}=${values.join(",")}`;
}

/**
 * Every instance from DTSTART to the end of as many calendar years. BYSETPOS counts in whole periods, and
 * the week that ends a year may end in the next one.
 */
export function bruteForce(parts: Parts, start: Date, years: number): Date[] {
  const end = Date.UTC(start.getUTCFullYear() + years, 0, 1);
  const from = Date.UTC(start.getUTCFullYear(), 0, 1) - 7 * DAY;
  const found = new Set([start.getTime()]);
  for (const dates of candidates(parts, start, from, end + 7 * DAY).values()) {
    for (const [index, date] of dates.entries()) {
      const positions = [index + 1, index - dates.length];
      if (date > start && oneOf(parts.bySetPos, ...positions)) found.add(date.getTime());
    }
  }
  return [...found]
    .filter((time) => time < end)
    .sort((a, b) => a - b)
    .map((time) => new Date(time));
}

/** By period, the moments that fit. */
function candidates(parts: Parts, start: Date, from: number, end: number): Map<number, Date[]> {
  const periods = new Map<number, Date[]>();
  const first = periodOf(start, parts);
  const anyHour = parts.freq === "HOURLY" || parts.byHour.length > 0;
  const step = anyHour ? HOUR : DAY;
  const offset = (start.getTime() - from) % step;
  for (let time = from + offset; time < end; time += step) {
    const date = new Date(time);
    const period = periodOf(date, parts) - first;
    if (period < 0 || period % parts.interval !== 0 || !fits(date, start, parts)) continue;
    const dates = periods.get(period);
    if (dates === undefined) periods.set(period, [date]);
    else dates.push(date);
  }
  return periods;
}

function periodOf(date: Date, { freq, wkst }: Parts): number {
  switch (freq) {
    case "YEARLY":
      return date.getUTCFullYear();
    case "MONTHLY":
      return date.getUTCFullYear() * 12 + date.getUTCMonth();
    case "WEEKLY":
      return (weekStart(date, wkst) - weekStart(new Date(0), wkst)) / 7;
    case "DAILY":
      return Math.floor(date.getTime() / DAY);
    default:
      return Math.floor(date.getTime() / HOUR);
  }
}

function fits(date: Date, start: Date, parts: Parts): boolean {
  return (
    oneOf(parts.byHour, date.getUTCHours()) &&
    oneOf(parts.byMonth, date.getUTCMonth() + 1) &&
    oneOf(parts.byMonthDay, date.getUTCDate(), -stepsLeft(date, 1, "month") - 1) &&
    (parts.byYearDay.length === 0 || fitsYearDay(date, parts.byYearDay)) &&
    (parts.byWeekNo.length === 0 || fitsWeek(date, parts)) &&
    (parts.byDay.length === 0 || fitsWeekday(date, parts)) &&
    fitsStart(date, start, parts)
  );
}

/** What the rule leaves open comes from DTSTART. */
function fitsStart(date: Date, start: Date, parts: Parts): boolean {
  const { freq, byMonth, byMonthDay, byYearDay, byWeekNo, byDay } = parts;
  const others = byDay.length + byMonthDay.length + byYearDay.length;
  if (others > 0) return true;
  const sameWeekday = date.getUTCDay() === start.getUTCDay();
  if (byWeekNo.length > 0) return freq !== "YEARLY" || sameWeekday;
  const sameDay = date.getUTCDate() === start.getUTCDate();
  if (freq === "WEEKLY") return sameWeekday;
  if (freq === "MONTHLY") return sameDay;
  const sameMonth = byMonth.length > 0 || date.getUTCMonth() === start.getUTCMonth();
  return freq !== "YEARLY" || (sameDay && sameMonth);
}

function fitsYearDay(date: Date, byYearDay: readonly number[]): boolean {
  return oneOf(byYearDay, stepsLeft(date, -1, "year") + 1, -stepsLeft(date, 1, "year") - 1);
}

function fitsWeekday(date: Date, { freq, byDay, byMonth, byWeekNo }: Parts): boolean {
  const scope = freq === "MONTHLY" || byMonth.length > 0 ? "month" : "year";
  const counts = freq === "MONTHLY" || (freq === "YEARLY" && byWeekNo.length === 0);
  const nth = stepsLeft(date, -7, scope) + 1;
  const fromEnd = -stepsLeft(date, 7, scope) - 1;
  return byDay.some((item) => {
    if (item.day !== WEEKDAYS[date.getUTCDay()]) return false;
    return item.nth === 0 || !counts || item.nth === nth || item.nth === fromEnd;
  });
}

function fitsWeek(date: Date, { byWeekNo, wkst }: Parts): boolean {
  const start = weekStart(date, wkst);
  const year = yearOfWeek(start);
  let before = 0;
  while (yearOfWeek(start - 7 * (before + 1)) === year) before++;
  let after = 0;
  while (yearOfWeek(start + 7 * (after + 1)) === year) after++;
  return oneOf(byWeekNo, before + 1, -after - 1);
}

/** A week belongs to the year of its fourth day, which has four of its days at least. */
function yearOfWeek(start: number): number {
  return new Date((start + 3) * DAY).getUTCFullYear();
}

function weekStart(date: Date, wkst: string): number {
  const back = (date.getUTCDay() - WEEKDAYS.indexOf(wkst) + 7) % 7;
  return Math.floor(date.getTime() / DAY) - back;
}

/** How many steps of so many days stay within the date's month or year. */
function stepsLeft(date: Date, days: number, scope: "month" | "year"): number {
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  let steps = 0;
  for (;;) {
    const next = new Date(date.getTime() + (steps + 1) * days * DAY);
    const within =
      next.getUTCFullYear() === year && (scope === "year" || next.getUTCMonth() === month);
    if (!within) return steps;
    steps++;
  }
}

function oneOf(list: readonly number[], ...values: readonly number[]): boolean {
  return list.length === 0 || values.some((value) => list.includes(value));
}
