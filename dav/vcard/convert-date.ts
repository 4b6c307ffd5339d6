import { firstOf, withParameters } from "./draft.ts";
import type { PropertyDraft } from "./write.ts";

/** The year that Apple writes for none; it has a 29 February. */
const NO_YEAR = "1604";
const OMIT_YEAR = "X-APPLE-OMIT-YEAR";

// Digits only, so that every form is told apart by one of these.
const EXTENDED_DATE = /^(\d{4}|-)-(\d{2})-(\d{2})/;
const BASIC_DATE = /^(\d{4}|--)(\d{2})(\d{2})(?!\d)/;
const EXTENDED_TIME = /^T(\d{2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;
const BASIC_TIME = /^T(\d{2})(\d{2})?(\d{2})?(Z|[+-]\d{2}(?:\d{2})?)?$/i;
/** What both versions write alike: a year, a year and month, a month, a day, a time alone. */
const PARTIAL = /^(?:\d{4}(?:-\d{2})?|--\d{2}|---\d{2}|T[\d+:Z-]+)$/i;

/**
 * A date or date-time of 3.0 in the forms of 4.0 (RFC 6350 section 4.3): basic format, and `--MMDD` for
 * the year that X-APPLE-OMIT-YEAR says to leave out (Q33). What is no date becomes text.
 */
export function dateTo4(property: PropertyDraft): PropertyDraft {
  if (firstOf(property, "VALUE") === "text") return property;
  const value = property.value.trim();
  const omitted = firstOf(property, OMIT_YEAR);
  const basic = toBasic(value);
  if (basic === null) {
    return PARTIAL.test(value) ? property : withParameters(property, { VALUE: ["text"] });
  }
  const yearless = omitted !== "" && basic.startsWith(omitted);
  const plain = withParameters(property, { VALUE: [], ...(yearless ? { [OMIT_YEAR]: [] } : {}) });
  return { ...plain, value: yearless ? `--${basic.slice(4)}` : basic };
}

/** The reverse: extended format, and the year 1604 with X-APPLE-OMIT-YEAR where there is none. */
export function dateTo3(property: PropertyDraft): PropertyDraft {
  if (firstOf(property, "VALUE") === "text") return property;
  const extended = toExtended(property.value.trim());
  if (extended === null) return property;
  const plain = withParameters(property, { VALUE: [] });
  if (!extended.startsWith("--")) return { ...plain, value: extended };
  return {
    ...withParameters(plain, { [OMIT_YEAR]: [NO_YEAR] }),
    value: `${NO_YEAR}${extended.slice(1)}`,
  };
}

/** REV, whose VALUE must be written where it is a date only, in either version. */
export function timestampTo4(property: PropertyDraft): PropertyDraft {
  return { ...property, value: toBasic(property.value.trim()) ?? property.value };
}

export function timestampTo3(property: PropertyDraft): PropertyDraft {
  return { ...property, value: toExtended(property.value.trim()) ?? property.value };
}

function toBasic(value: string): string | null {
  const date = EXTENDED_DATE.exec(value) ?? BASIC_DATE.exec(value);
  if (!date) return null;
  const [found, year = "", month = "", day = ""] = date;
  const time = readTime(value.slice(found.length));
  if (time === null) return null;
  const [clock, zone] = time;
  const start = `${year.startsWith("-") ? "--" : year}${month}${day}`;
  return clock.length === 0 ? start : `${start}T${clock.join("")}${zone.replace(":", "")}`;
}

function toExtended(value: string): string | null {
  const date = BASIC_DATE.exec(value) ?? EXTENDED_DATE.exec(value);
  if (!date) return null;
  const [found, year = "", month = "", day = ""] = date;
  const time = readTime(value.slice(found.length));
  if (time === null) return null;
  const [clock, zone] = time;
  const start = `${year.startsWith("-") ? "-" : year}-${month}-${day}`;
  if (clock.length === 0) return start;
  // 3.0 has no time without minutes and seconds.
  const [hour, minute = "00", second = "00"] = clock;
  return `${start}T${hour}:${minute}:${second}${zone.replace(/^([+-]\d{2}):?(\d{2})$/, "$1:$2")}`;
}

/** The parts of a time and its zone; no parts for no time; null for what is no time. */
function readTime(text: string): [string[], string] | null {
  if (text === "") return [[], ""];
  const time = EXTENDED_TIME.exec(text) ?? BASIC_TIME.exec(text);
  if (!time) return null;
  const [, hour, minute, second, zone = ""] = time;
  return [[hour, minute, second].filter((part) => part !== undefined), zone];
}
