/**
 * iCalendar: reading, checking, indexing and searching calendar objects. Plain functions of plain
 * data; ical.js splits and unescapes content lines, dates, rules and zones are read here, because a
 * server must be exact about them, take what clients write, and never take long.
 */

export { checkCalendarObject, COMPONENTS, DEFAULT_LIMITS } from "./check.ts";
export type { Limits } from "./check.ts";
export { COLLATIONS } from "./collation.ts";
export type { Collation } from "./collation.ts";
export type { Calendar } from "./component.ts";
export { digestOf } from "./digest.ts";
export { CalendarError } from "./error.ts";
export type { CalendarCondition } from "./error.ts";
export { matchesCalendar } from "./filter.ts";
export { matchesText } from "./match-text.ts";
export { UNDECIDED } from "./busy-type.ts";
export { busyTimes, indexedTimes, mergeBusy, writeFreeBusy } from "./freebusy.ts";
export type { BusyTime } from "./freebusy.ts";
export { calendarJoiner, joinCalendars, type FileWriter } from "./join.ts";
export type { ComponentFilter, ParameterFilter, PropertyFilter, TextMatch } from "./filter.ts";
export { nominate } from "./nominate.ts";
export { occurrences } from "./occurrences.ts";
export type { Occurrence } from "./occurrences.ts";
export { parseCalendar } from "./parse.ts";
export { renderCalendar, renderJcal } from "./render.ts";
export { textOfJcal } from "./jcal-read.ts";
export type { Jcal } from "./jcal.ts";
export type { JcalProperty } from "./parse.ts";
export type { Spend } from "./expand.ts";
export type { Rendering } from "./render.ts";
export type { ComponentSelection } from "./select.ts";
export { floatingRange, isTimezone, searchFor } from "./range.ts";
export type { TimeRange } from "./range.ts";
export { isStandardZone, standardTzid } from "./standard.ts";
export type { Timezones } from "./timezones.ts";
export { timezoneText } from "./vtimezone-text.ts";
export { readDuration } from "./value.ts";
export { formatTime } from "./write.ts";
export { keysOfCalendar } from "./search-keys.ts";
export { splitCalendar } from "./split.ts";
