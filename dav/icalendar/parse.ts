import ICAL from "ical.js";
import type { Calendar, Component, Property } from "./component.ts";
import { CalendarError, quote } from "./error.ts";
import { contentLines } from "./lines.ts";
import type { ContentLine } from "./lines.ts";

/** No component of the RFCs nests deeper than four. */
const MAX_DEPTH = 16;
/** More dates than this in the RDATE and EXDATE of one object are an attack, not a calendar. */
const MAX_LISTED_DATES = 100_000;

interface OpenComponent extends Component {
  readonly properties: Property[];
  readonly components: Component[];
  ends: number;
}

/**
 * Reads one iCalendar object (RFC 5545 section 3.4): syntax only, see `checkCalendarObject` for meaning.
 * Throws CalendarError: valid-calendar-data when the text cannot be read,
 * valid-calendar-object-resource when it holds several VCALENDARs, max-instances for a flood of dates.
 *
 * @param only names of the properties to read, when a text that was read before serves one purpose
 */
export function parseCalendar(text: string, only?: ReadonlySet<string>): Calendar {
  const [calendar, second] = parseStream(text, only);
  if (calendar === undefined) {
    throw new CalendarError("valid-calendar-data", "There is no calendar: the text is empty.");
  }
  if (second === undefined) return calendar;
  const message = "There is more than one VCALENDAR; store each in a resource of its own.";
  throw new CalendarError("valid-calendar-object-resource", message, second.line);
}

/** Reads an iCalendar stream: any number of VCALENDARs (RFC 5545 section 3.4). Throws as `parseCalendar`. */
export function parseStream(text: string, only?: ReadonlySet<string>): Calendar[] {
  const calendars: Calendar[] = [];
  const open: OpenComponent[] = [];
  let listedDates = 0;
  for (const line of contentLines(text)) {
    const [delimiter, name] = readDelimiter(line);
    const parent = open.at(-1);
    if (delimiter === "BEGIN") {
      open.push(beginComponent(name, line, open.length));
    } else if (parent === undefined) {
      throw outside(line);
    } else if (delimiter === "END") {
      open.pop();
      endComponent(parent, name, line);
      (open.at(-1)?.components ?? calendars).push(parent);
    } else if (only?.has(nameOf(line)) !== false) {
      listedDates = countDates(line, listedDates);
      parent.properties.push(parseProperty(line));
    }
  }
  const unclosed = open.at(-1);
  if (unclosed === undefined) return calendars;
  const message = `The text breaks off: END:${unclosed.name} is missing.`;
  throw new CalendarError("valid-calendar-data", message, unclosed.line);
}

/** `BEGIN` or `END` with the component's name in upper case; an empty string for a property. */
function readDelimiter({ text }: ContentLine): [delimiter: string, name: string] {
  const found = /^(BEGIN|END)[ \t]*:(.*)$/i.exec(text);
  return [found?.[1]?.toUpperCase() ?? "", found?.[2]?.trim().toUpperCase() ?? ""];
}

function nameOf({ text }: ContentLine): string {
  return text.slice(0, text.search(/[ \t;:]/)).toUpperCase();
}

function beginComponent(name: string, line: ContentLine, depth: number): OpenComponent {
  if (depth === 0 && name !== "VCALENDAR") throw outside(line);
  if (depth > 0 && name === "VCALENDAR") {
    const message = "A VCALENDAR begins inside another one; END:VCALENDAR may be missing.";
    throw new CalendarError("valid-calendar-data", message, line.line);
  }
  if (depth >= MAX_DEPTH) {
    const message = `Components are nested deeper than ${MAX_DEPTH} levels.`;
    throw new CalendarError("valid-calendar-data", message, line.line);
  }
  const { starts, ends } = line;
  return { name, properties: [], components: [], line: line.line, starts, ends };
}

function endComponent(component: OpenComponent, name: string, line: ContentLine): void {
  component.ends = line.ends;
  if (component.name === name) return;
  const message = `END:${name} does not close ${component.name}, which began on line ${component.line}.`;
  throw new CalendarError("valid-calendar-data", message, line.line);
}

function outside(line: ContentLine): CalendarError {
  const message = `${quote(line.text)} stands outside BEGIN:VCALENDAR and END:VCALENDAR.`;
  return new CalendarError("valid-calendar-data", message, line.line);
}

function countDates({ text, line }: ContentLine, before: number): number {
  if (!/^(?:RDATE|EXDATE)/i.test(text)) return before;
  let count = before + 1;
  for (let at = text.indexOf(","); at !== -1; at = text.indexOf(",", at + 1)) count++;
  if (count <= MAX_LISTED_DATES) return count;
  const message = `RDATE and EXDATE list more than ${MAX_LISTED_DATES} dates.`;
  throw new CalendarError("max-instances", message, line);
}

/**
 * Rules are kept as text, since `readRule` takes more of what clients write than ical.js does;
 * all else is read by ical.js.
 */
function parseProperty({ text, line }: ContentLine): Property {
  if (/^(?:EX|R)RULE[;:]/i.test(text)) {
    const name = text.slice(0, text.search(/[;:]/)).toUpperCase();
    return { name, parameters: {}, type: "recur", values: [], text, line };
  }
  const [name, parameters, type, ...values] = jcalProperty(text, line);
  return { name: name.toUpperCase().trimEnd(), parameters, type, values, text, line };
}

/** A property in jCal (RFC 7265 section 3.4). */
export type JcalProperty = readonly [
  name: string,
  parameters: Readonly<Record<string, string | readonly string[]>>,
  type: string,
  ...values: unknown[],
];

/** Reads a content line into jCal; throws CalendarError valid-calendar-data when it cannot be read. */
export function jcalProperty(text: string, line?: number): JcalProperty {
  const jcal = tryJcal(text) ?? tryJcal(withEmptyParameters(text));
  if (jcal !== null) return jcal;
  const message = `The property cannot be read: ${quote(text)}.`;
  throw new CalendarError("valid-calendar-data", message, line);
}

function tryJcal(text: string): JcalProperty | null {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- ical.js declares it as any
    return ICAL.parse.property(text, ICAL.design.icalendar) as JcalProperty;
  } catch {
    return null;
  }
}

/** vCalendar 1.0 wrote parameters without a value (`;QUOTED-PRINTABLE:`), and some still do. */
function withEmptyParameters(text: string): string {
  return text.replace(/^[^:"]*/, (head) => head.replace(/;([\w-]+)(?=;|$)/g, ";$1="));
}
