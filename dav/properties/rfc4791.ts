import { CALENDAR_FORMATS } from "../calendar-format.ts";
import { CALENDAR_TIMEZONE, CALENDAR_TIMEZONE_ID, vtimezoneOf } from "../calendar-timezone.ts";
import { violated } from "../errors.ts";
import {
  CalendarError,
  COLLATIONS,
  COMPONENTS,
  DEFAULT_LIMITS,
  formatTime,
  isTimezone,
  parseCalendar,
} from "../icalendar/index.ts";
import { formatPath } from "../paths.ts";
import { isHome } from "../resource.ts";
import { attribute, childrenOf, el, href, text, type Element } from "../xml/element.ts";
import { caldav } from "../xml/names.ts";
import { CALENDAR_DATA } from "./calendar-data.ts";
import { property } from "./property.ts";

function isKnown(name: string): boolean {
  return COMPONENTS.some((known) => known === name);
}

/** The component types named by supported-calendar-component-set (RFC 4791 section 5.2.3). */
export function componentsOf(value: Element): string[] {
  const names = childrenOf(value, caldav("comp")).map((comp) =>
    (attribute(comp, "name") ?? "").toUpperCase(),
  );
  return [...new Set(names)].filter(isKnown);
}

function checkComponents(value: Element): void {
  if (componentsOf(value).length === 0) {
    throw violated(
      "supported-calendar-component",
      `a calendar takes components of ${COMPONENTS.join(", ")}`,
    );
  }
}

/** One calendar with one VTIMEZONE that says what the zone is (RFC 4791 section 5.2.2). */
function checkTimezone(value: Element): void {
  const written = text(value);
  try {
    const zones = parseCalendar(written).components.filter(({ name }) => name === "VTIMEZONE");
    if (zones.length === 1 && isTimezone(written)) return;
  } catch (error) {
    if (error instanceof CalendarError) throw violated("valid-calendar-data", error.message);
    throw error;
  }
  throw violated("valid-calendar-data", "calendar-timezone is a calendar with one VTIMEZONE");
}

/** The principal's properties of RFC 4791 section 6.2 and RFC 6638 section 2.4. */
const PRINCIPAL = [
  property({
    name: caldav("calendar-home-set"),
    on: ["principal"],
    get: ({ principal }) => [
      href(formatPath({ kind: "home", home: "calendars", owner: principal.name })),
    ],
  }),
  property({
    // Most clients take the last address, Thunderbird the first, Apple the one marked preferred.
    name: caldav("calendar-user-address-set"),
    on: ["principal"],
    get: ({ principal }) => {
      const [preferred, ...others] = principal.addresses;
      if (preferred === undefined) return [];
      const last = el("{DAV:}href", [preferred], { preferred: "1" });
      return others.length === 0 ? [last] : [href(preferred), ...others.map(href), last];
    },
  }),
  property({
    name: caldav("calendar-user-type"),
    on: ["principal"],
    get: ({ principal }) => [principal.kind.toUpperCase()],
  }),
];

const CALENDAR = [
  property({
    name: caldav("calendar-description"),
    on: ["calendar"],
    settable: "always",
    get: () => null,
  }),
  property({
    // On a home it is that of the account, for calendars that have none.
    name: CALENDAR_TIMEZONE,
    on: ["calendar", "calendar-home"],
    settable: "always",
    twin: CALENDAR_TIMEZONE_ID,
    get: (resource) => {
      const timezone = vtimezoneOf(isHome(resource) ? resource.home : resource.collection);
      return timezone === null ? null : [timezone];
    },
    check: checkTimezone,
  }),
  property({
    name: caldav("min-date-time"),
    on: ["calendar"],
    get: () => [formatTime(DEFAULT_LIMITS.minDateTime, true)],
  }),
  property({
    name: caldav("max-date-time"),
    on: ["calendar"],
    get: () => [formatTime(DEFAULT_LIMITS.maxDateTime, true)],
  }),
  property({
    name: caldav("supported-calendar-component-set"),
    on: ["calendar"],
    settable: "creation",
    get: ({ collection }) => collection.components.map((name) => el(caldav("comp"), [], { name })),
    check: checkComponents,
  }),
  property({
    name: caldav("supported-calendar-data"),
    on: ["calendar"],
    get: () =>
      CALENDAR_FORMATS.map((format) =>
        el(caldav("calendar-data"), [], { "content-type": format, version: "2.0" }),
      ),
  }),
  property({
    name: caldav("supported-collation-set"),
    on: ["calendar"],
    get: () => COLLATIONS.map((name) => el(caldav("supported-collation"), [name])),
  }),
  property({
    name: caldav("max-resource-size"),
    on: ["calendar"],
    get: (_resource, { limits }) => [String(limits.maxResourceSize)],
  }),
  property({
    name: caldav("max-instances"),
    on: ["calendar"],
    get: () => [String(DEFAULT_LIMITS.maxInstances)],
  }),
  property({
    name: caldav("max-attendees-per-instance"),
    on: ["calendar"],
    get: () => [String(DEFAULT_LIMITS.maxAttendeesPerInstance)],
  }),
  CALENDAR_DATA,
];

export const RFC4791 = [...PRINCIPAL, ...CALENDAR];
