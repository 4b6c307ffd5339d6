import { parameterValues, property, rawValue, textOf } from "./component.ts";
import type { Calendar, Component } from "./component.ts";
import { ianaZone } from "./iana.ts";
import { EXCHANGE_ZONES } from "./exchange.ts";
import { vtimezoneZone } from "./vtimezone.ts";
import { WINDOWS_ZONES } from "./windows.ts";
import { fixedZone, UTC } from "./zone.ts";
import type { Zone } from "./zone.ts";

/** The zone that a TZID names; null when nobody knows it, and its times are read as floating. */
export type ZoneLookup = (tzid: string) => Zone | null;

/** More zones than this in one calendar are not looked up: each unknown name costs a search. */
const MAX_ZONES = 200;

const lookups = new WeakMap<Calendar, ZoneLookup>();

/**
 * How the TZIDs of a calendar are read. An `Area/City` name means the IANA zone even when the
 * calendar brings a VTIMEZONE for it: those are often cut short, of one year or plainly wrong. Any other
 * name means the calendar's own VTIMEZONE, then what is known of it elsewhere.
 */
export function zonesOf(calendar: Calendar): ZoneLookup {
  let lookup = lookups.get(calendar);
  if (lookup === undefined) lookups.set(calendar, (lookup = createLookup(calendar)));
  return lookup;
}

function createLookup(calendar: Calendar): ZoneLookup {
  const zones = new Map<string, Zone | null>();
  return (tzid) => {
    const name = cleanTzid(tzid);
    let zone = zones.get(name);
    if (zone === undefined && zones.size >= MAX_ZONES) return null;
    if (zone === undefined) {
      const own = calendar.components.find(
        (component) =>
          component.name === "VTIMEZONE" && cleanTzid(textOf(component, "TZID") ?? "") === name,
      );
      zones.set(name, (zone = resolve(name, own)));
    }
    return zone;
  };
}

/** The TZIDs that a component and those within it refer to, as often as they do. */
export function tzidsOf(component: Component): string[] {
  const own = component.properties.flatMap((of) => parameterValues(of, "TZID") ?? []);
  return [...own.map((tzid) => tzid.trim()), ...component.components.flatMap(tzidsOf)];
}

/** The zone of a VTIMEZONE, its TZID taken into account as in `zonesOf`. */
export function zoneOfVtimezone(vtimezone: Component): Zone | null {
  return resolve(cleanTzid(textOf(vtimezone, "TZID") ?? ""), vtimezone);
}

/** The zone of a name that no VTIMEZONE explains. */
export function zoneNamed(tzid: string): Zone | null {
  return resolve(cleanTzid(tzid), undefined);
}

function resolve(name: string, vtimezone: Component | undefined): Zone | null {
  const known = areaZone(name) ?? (vtimezone === undefined ? null : vtimezoneZone(vtimezone));
  if (known !== null) return known;
  return locationZone(vtimezone) ?? windowsZone(name, vtimezone) ?? otherZone(name);
}

/** COMPAT(Windows clients): TZIDs come with a space at the end (Kozea/Radicale 3.7.6). */
export function cleanTzid(tzid: string): string {
  return tzid
    .trim()
    .replace(/^"(.*)"$/, "$1")
    .trim();
}

/**
 * COMPAT(Evolution, Mozilla, libical): `/freeassociation.sourceforge.net/Europe/Berlin` and
 * `/mozilla.org/20070129_1/Europe/Berlin` name the zone at their end.
 */
export function areaZone(name: string): Zone | null {
  if (/^(?:Etc\/)?(?:UTC|GMT|Z)$/i.test(name)) return UTC;
  const parts = name.split("/");
  for (const length of [parts.length, 3, 2]) {
    if (length < 2 || length > parts.length) continue;
    const zone = ianaZone(parts.slice(-length).join("/"));
    if (zone !== null) return zone;
  }
  return null;
}

function locationZone(vtimezone: Component | undefined): Zone | null {
  const location = vtimezone === undefined ? undefined : property(vtimezone, "X-LIC-LOCATION");
  return location === undefined ? null : areaZone(cleanTzid(rawValue(location)));
}

/** COMPAT(Outlook, Exchange): Windows names, and numbers (sabre-io/vobject TimezoneGuesser). */
function windowsZone(name: string, vtimezone: Component | undefined): Zone | null {
  const zone = WINDOWS_ZONES.get(name.toLowerCase());
  if (zone !== undefined) return ianaZone(zone);
  const number = vtimezone === undefined ? null : textOf(vtimezone, "X-MICROSOFT-CDO-TZID");
  const numbered = number === null ? undefined : EXCHANGE_ZONES[Number(number)];
  return numbered === undefined ? null : ianaZone(numbered);
}

/** `Japan`, `EST5EDT`, `US-Eastern`, `UTC+11`, `(UTC-05:00) Eastern Time`. */
function otherZone(name: string): Zone | null {
  const offset = /^\(?(?:UTC|GMT) ?([+-])(\d{1,2}):?(\d\d)?\b/i.exec(name);
  if (offset === null) return ianaZone(name) ?? ianaZone(name.replace("-", "/"));
  const seconds = Number(offset[2]) * 3600 + Number(offset[3] ?? 0) * 60;
  return fixedZone(offset[1] === "-" ? -seconds : seconds);
}
