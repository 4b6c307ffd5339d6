import { violated } from "../errors.ts";
import {
  COLLATIONS,
  type Collation,
  type ComponentFilter,
  type ParameterFilter,
  type PropertyFilter,
  type TextMatch,
  type TimeRange,
} from "../icalendar/index.ts";
import { readTimeRange } from "../time-range.ts";
import { attribute, child, childrenOf, text, type Element } from "../xml/element.ts";
import { caldav } from "../xml/names.ts";

const MAX_DEPTH = 8;

/**
 * Reads CALDAV:filter (RFC 4791 section 9.7).
 *
 * @throws DavError valid-filter, supported-collation
 */
export function readCalendarFilter(filter: Element): ComponentFilter {
  const [root, ...others] = childrenOf(filter, caldav("comp-filter"));
  if (root === undefined || others.length > 0 || nameOf(root) !== "VCALENDAR") {
    throw invalid("a filter has one comp-filter, for VCALENDAR");
  }
  return readComponent(root, 1);
}

function readComponent(element: Element, depth: number): ComponentFilter {
  if (depth > MAX_DEPTH) throw invalid("comp-filter nests too deep");
  return {
    name: nameOf(element),
    isNotDefined: child(element, caldav("is-not-defined")) !== undefined,
    timeRange: readRange(element),
    properties: childrenOf(element, caldav("prop-filter")).map(readProperty),
    components: childrenOf(element, caldav("comp-filter")).map((inner) =>
      readComponent(inner, depth + 1),
    ),
  };
}

function readProperty(element: Element): PropertyFilter {
  return {
    name: nameOf(element),
    isNotDefined: child(element, caldav("is-not-defined")) !== undefined,
    timeRange: readRange(element),
    textMatch: readTextMatch(element),
    parameters: childrenOf(element, caldav("param-filter")).map(readParameter),
  };
}

function readParameter(element: Element): ParameterFilter {
  return {
    name: nameOf(element),
    isNotDefined: child(element, caldav("is-not-defined")) !== undefined,
    textMatch: readTextMatch(element),
  };
}

function readTextMatch(element: Element): TextMatch | null {
  const match = child(element, caldav("text-match"));
  if (match === undefined) return null;
  return {
    text: text(match),
    collation: readCollation(attribute(match, "collation")),
    negate: attribute(match, "negate-condition") === "yes",
  };
}

/** CalDAV's default collation is i;ascii-casemap (RFC 4791 section 9.7.5). */
function readCollation(name: string | undefined): Collation {
  if (name === undefined || name === "default") return "i;ascii-casemap";
  const known = COLLATIONS.find((collation) => collation === name.toLowerCase());
  if (known !== undefined) return known;
  throw violated("calendar-supported-collation", `the collation ${name} is not supported`);
}

function readRange(element: Element): TimeRange | null {
  const range = child(element, caldav("time-range"));
  return range === undefined ? null : readTimeRange(range, invalid);
}

function nameOf(element: Element): string {
  const name = attribute(element, "name");
  if (name === undefined || name === "") throw invalid("a filter needs a name");
  return name.toUpperCase();
}

function invalid(message: string) {
  return violated("calendar-valid-filter", message);
}
