import { parameterValues, property, textOf, type Calendar, type Component } from "./component.ts";

/** What people want to know of a calendar object at first sight. */
export interface CalendarDigest {
  /** VEVENT, VTODO, …; empty when the object has none. */
  readonly component: string;
  readonly title: string;
  readonly location: string | null;
  /** As in jCal (RFC 7265): `2026-11-24`, `2026-11-24T10:00:00`, or with `Z` for UTC. Of the first instance. */
  readonly start: string | null;
  readonly end: string | null;
  /** TZID of the start; null for UTC, floating times and dates. */
  readonly timezone: string | null;
}

const NOTHING: CalendarDigest = {
  component: "",
  title: "",
  location: null,
  start: null,
  end: null,
  timezone: null,
};

/** The digest of the component that stands for the object: the master, or else the first instance. */
export function digestOf(calendar: Calendar): CalendarDigest {
  const components = calendar.components.filter(({ name }) => name !== "VTIMEZONE");
  const main = components.find((one) => !property(one, "RECURRENCE-ID")) ?? components[0];
  if (!main) return NOTHING;
  const start = property(main, "DTSTART");
  return {
    component: main.name,
    title: textOf(main, "SUMMARY") ?? "",
    location: textOf(main, "LOCATION"),
    start: timeOf(main, "DTSTART"),
    end: timeOf(main, "DTEND") ?? timeOf(main, "DUE"),
    timezone: (start && parameterValues(start, "TZID")?.[0]) ?? null,
  };
}

function timeOf(component: Component, name: string): string | null {
  const value = property(component, name)?.values[0];
  return typeof value === "string" ? value : null;
}
