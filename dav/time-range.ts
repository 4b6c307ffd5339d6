import type { DavError } from "./errors.ts";
import type { TimeRange } from "./icalendar/index.ts";
import { attribute, type Element } from "./xml/element.ts";

const INSTANT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/**
 * Reads the start and end attributes that time-range, expand and the limits of calendar-data share
 * (RFC 4791 section 9.9).
 *
 * @param invalid makes the error for a range that is none
 * @throws what `invalid` returns
 */
export function readTimeRange(element: Element, invalid: (message: string) => DavError): TimeRange {
  const start = readInstant(attribute(element, "start"), invalid);
  const end = readInstant(attribute(element, "end"), invalid);
  if (start === null && end === null) throw invalid("a time range needs a start or an end");
  if (start !== null && end !== null && start >= end) {
    throw invalid("a time range must end after it starts");
  }
  return { start, end };
}

/** A date with UTC time in Unix seconds. */
function readInstant(
  value: string | undefined,
  invalid: (message: string) => DavError,
): number | null {
  if (value === undefined) return null;
  const iso = value.trim().replace(INSTANT, "$1-$2-$3T$4:$5:$6Z");
  const time = iso === value.trim() ? Number.NaN : Date.parse(iso);
  if (Number.isNaN(time)) throw invalid(`${value} is not a date with UTC time`);
  return time / 1000;
}
