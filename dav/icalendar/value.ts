import { dayOf, daysInMonth, DAY } from "./civil.ts";

/** A DATE or DATE-TIME value as written (RFC 5545 sections 3.3.4 and 3.3.5), before its zone is known. */
export interface WrittenTime {
  /** Wall-clock seconds. */
  readonly wall: number;
  readonly utc: boolean;
  /** True for a DATE. */
  readonly date: boolean;
}

/** A duration (RFC 5545 section 3.3.6): days follow the wall clock, seconds are exact. */
export interface Duration {
  readonly days: number;
  readonly seconds: number;
}

/** A period's second half is its end or its duration (RFC 5545 section 3.3.9). */
export interface WrittenPeriod {
  readonly start: WrittenTime;
  readonly end: WrittenTime | Duration;
}

const TIME = /^(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d):?(\d\d)?(Z?))?$/i;
const DURATION =
  /^([+-])?P(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:T(?:(\d{1,9})W)?(?:(\d{1,9})D)?(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/i;
const OFFSET = /^([+-])(\d\d):?(\d\d):?(\d\d)?$/;

/**
 * Reads a DATE or DATE-TIME; null when it is neither. Missing seconds and the separators of ISO
 * 8601's extended form are taken.
 */
export function readTime(text: string): WrittenTime | null {
  const found = TIME.exec(text.trim());
  if (found === null) return null;
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  const midnight = dayOf(year, month, day) * DAY;
  if (found[4] === undefined) return { wall: midnight, utc: false, date: true };
  const [hour, minute, second] = [Number(found[4]), Number(found[5]), Number(found[6] ?? 0)];
  if (hour > 24 || minute > 59 || second > 60) return null;
  const wall = midnight + hour * 3600 + minute * 60 + second;
  return { wall, utc: found[7] !== "", date: false };
}

/** Reads a DURATION; null when it is none. Weeks and days are taken behind the T as well. */
export function readDuration(text: string): Duration | null {
  const found = DURATION.exec(text.trim());
  if (found === null) return null;
  const part = (index: number) => Number(found[index] ?? 0);
  const sign = found[1] === "-" ? -1 : 1;
  const days = (part(2) + part(4)) * 7 + part(3) + part(5);
  const seconds = part(6) * 3600 + part(7) * 60 + part(8);
  return { days: days === 0 ? 0 : sign * days, seconds: seconds === 0 ? 0 : sign * seconds };
}

/** Reads a PERIOD; null when it is none. */
export function readPeriod(text: string): WrittenPeriod | null {
  const slash = text.indexOf("/");
  if (slash === -1) return null;
  const start = readTime(text.slice(0, slash));
  const rest = text.slice(slash + 1);
  const end = readTime(rest) ?? readDuration(rest);
  return start === null || end === null ? null : { start, end };
}

/** Reads a UTC-OFFSET (RFC 5545 section 3.3.14) into seconds; null when it is none. */
export function readOffset(text: string): number | null {
  const found = OFFSET.exec(text.trim());
  if (found === null) return null;
  const seconds = Number(found[2]) * 3600 + Number(found[3]) * 60 + Number(found[4] ?? 0);
  if (seconds >= DAY) return null;
  return found[1] === "-" && seconds !== 0 ? -seconds : seconds;
}
