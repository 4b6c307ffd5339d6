import { CALENDAR_FORMATS, formatCalendar, type CalendarFormat } from "../calendar-format.ts";
import { timezoneOf } from "../calendar-timezone.ts";
import { DavError, violated } from "../errors.ts";
import type { ComponentSelection, Rendering } from "../icalendar/index.ts";
import { decodeText } from "../text.ts";
import { readTimeRange } from "../time-range.ts";
import { attribute, child, childrenOf, type Element } from "../xml/element.ts";
import { caldav } from "../xml/names.ts";
import { property } from "./property.ts";

/** Characters of expanded instances in one answer, and what the smallest instance counts. */
const MAX_EXPANDED = 16 * 1024 * 1024;
const MIN_INSTANCE = 500;
const MAX_DEPTH = 8;

/** A CALDAV:calendar-data element of a request as it was read, for all objects of the answer. */
interface DataRequest {
  readonly format: CalendarFormat;
  readonly rendering: Omit<Rendering, "timezones">;
}

const requests = new WeakMap<Element, DataRequest>();

/**
 * CALDAV:calendar-data (RFC 4791 section 9.6). Only in answers of reports: PROPFIND reads no data.
 * The stored text is the value unless the client asks for a part or an expansion of it.
 */
export const CALENDAR_DATA = property({
  name: caldav("calendar-data"),
  on: ["calendar-object"],
  needs: "data",
  checkRequest: (requested) => void requestOf(requested),
  mayBeRefused: (requested) => requestOf(requested).rendering.expand !== null,
  get: ({ object, collection }, { timezone, timezones, expanded }, requested) => {
    if (object.data === undefined) return null;
    const request = requestOf(requested);
    const rendering = { ...request.rendering, timezones };
    const zone = timezone ?? timezoneOf(collection);
    const { text } = decodeText(object.data);
    return [formatCalendar(text, request.format, rendering, zone, spending(expanded))];
  },
});

function requestOf(requested: Element): DataRequest {
  let request = requests.get(requested);
  if (request === undefined) {
    const rendering = readRendering(requested);
    request = { format: readFormat(requested), rendering };
    requests.set(requested, request);
  }
  return request;
}

/** Counts what is expanded for one answer, up to the most that it may hold. */
function spending(expanded: { characters: number }): (characters: number) => void {
  return (characters) => {
    expanded.characters += Math.max(characters, MIN_INSTANCE);
    if (expanded.characters <= MAX_EXPANDED) return;
    const message = "the range has too many instances to expand; ask for a shorter one";
    throw violated("number-of-matches-within-limits", message);
  };
}

function readFormat(requested: Element): CalendarFormat {
  const type = attribute(requested, "content-type") ?? "text/calendar";
  const version = attribute(requested, "version") ?? "2.0";
  const format = CALENDAR_FORMATS.find((known) => known === type.toLowerCase());
  if (format !== undefined && version === "2.0") return format;
  throw violated("supported-calendar-data", `calendar data is not served as ${type} ${version}`);
}

function readRendering(requested: Element): DataRequest["rendering"] {
  const comp = child(requested, caldav("comp"));
  return {
    selection: comp === undefined ? null : readSelection(comp, 1),
    expand: readRange(requested, "expand"),
    limitRecurrences: readRange(requested, "limit-recurrence-set"),
    limitFreeBusy: readRange(requested, "limit-freebusy-set"),
  };
}

/** An empty comp means the whole component, as VTIMEZONE does in RFC 4791 section 7.8.1. */
function readSelection(comp: Element, depth: number): ComponentSelection {
  if (depth > MAX_DEPTH) throw invalid("comp nests too deep");
  const props = childrenOf(comp, caldav("prop"));
  const comps = childrenOf(comp, caldav("comp"));
  const [allprop, allcomp] = [caldav("allprop"), caldav("allcomp")].map((name) =>
    child(comp, name),
  );
  const isEmpty = [...props, ...comps, allprop, allcomp].every((part) => part === undefined);
  const wanted = props.map(
    (prop) => [nameOf(prop), { value: attribute(prop, "novalue") !== "yes" }] as const,
  );
  return {
    name: nameOf(comp),
    properties: isEmpty || allprop !== undefined ? "all" : new Map(wanted),
    components:
      isEmpty || allcomp !== undefined
        ? "all"
        : comps.map((inner) => readSelection(inner, depth + 1)),
  };
}

function nameOf(element: Element): string {
  const name = attribute(element, "name");
  if (name === undefined || name === "") throw invalid("comp and prop need a name");
  return name.toUpperCase();
}

/** Expand and the limits need both ends of their range (RFC 4791 sections 9.6.5 to 9.6.7). */
function readRange(requested: Element, name: string): Rendering["expand"] {
  const element = child(requested, caldav(name));
  if (element === undefined) return null;
  const range = readTimeRange(element, invalid);
  if (range.start === null || range.end === null) throw invalid(`${name} needs a start and an end`);
  return range;
}

function invalid(message: string): DavError {
  return new DavError(400, message);
}
