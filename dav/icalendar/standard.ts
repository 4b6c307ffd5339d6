import { textOf } from "./component.ts";
import type { Component } from "./component.ts";
import { CalendarError } from "./error.ts";
import { ianaZone } from "./iana.ts";
import { parseStream } from "./parse.ts";
import { areaZone } from "./tzid.ts";
import { vtimezoneZone } from "./vtimezone.ts";
import { showSameTimes } from "./vtimezone-text.ts";

/** Whether a name is that of a standard zone (RFC 7809 section 3): one of the IANA database. */
export function isStandardZone(tzid: string): boolean {
  return ianaZone(tzid.trim()) !== null;
}

/**
 * Whether a component is the VTIMEZONE of a standard zone, which a client can do without: its TZID means that zone
 * whatever it says (see `zonesOf`), or it says the same.
 */
export function isStandardTimezone(component: Component): boolean {
  if (component.name !== "VTIMEZONE") return false;
  const name = textOf(component, "TZID")?.trim() ?? "";
  const zone = ianaZone(name);
  if (zone === null) return false;
  const own = areaZone(name) === null ? vtimezoneZone(component) : null;
  return own === null || showSameTimes(own, zone);
}

/** The TZID of the first VTIMEZONE in a text when its zone is a standard one, or else null. */
export function standardTzid(text: string): string | null {
  try {
    const found = parseStream(text)[0]?.components.find(isStandardTimezone);
    return found === undefined ? null : (textOf(found, "TZID")?.trim() ?? null);
  } catch (error) {
    if (error instanceof CalendarError) return null;
    throw error;
  }
}
