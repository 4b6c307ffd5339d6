import type { Jcal, JcalProperty } from "./icalendar/index.ts";
import { document, el, type Element } from "./xml/element.ts";
import { xcal } from "./xml/names.ts";

/** Types of parameters that are not text (RFC 6321 section 3.5). */
const PARAMETER_TYPES: Readonly<Record<string, string>> = {
  altrep: "uri",
  dir: "uri",
  "delegated-from": "cal-address",
  "delegated-to": "cal-address",
  member: "cal-address",
  "sent-by": "cal-address",
  rsvp: "boolean",
};
/** Names of the parts of values that have several (RFC 6321 section 3.4). */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  geo: ["latitude", "longitude"],
  "request-status": ["code", "description", "data"],
};

/** A calendar as an xCal document (RFC 6321). */
export function xcalDocument(calendar: Jcal): string {
  return document(el(xcal("icalendar"), [componentElement(calendar)]));
}

function componentElement([name, properties, components]: Jcal): Element {
  const inside = [
    { local: "properties", content: properties.map(propertyElement) },
    { local: "components", content: components.map(componentElement) },
  ];
  return el(
    xcal(xmlName(name)),
    inside.flatMap(({ local, content }) =>
      content.length === 0 ? [] : [el(xcal(local), content)],
    ),
  );
}

function propertyElement([name, parameters, type, ...values]: JcalProperty): Element {
  const written = Object.entries(parameters).map(([key, value]) => {
    const texts = typeof value === "string" ? [value] : value;
    const local = PARAMETER_TYPES[key] ?? "text";
    return el(
      xcal(xmlName(key)),
      texts.map((each) => el(xcal(local), [local === "boolean" ? each.toLowerCase() : each])),
    );
  });
  const head = written.length === 0 ? [] : [el(xcal("parameters"), written)];
  const content = values.flatMap((value) => valueElements(name, type, value));
  return el(xcal(xmlName(name)), [...head, ...content]);
}

function valueElements(name: string, type: string, value: unknown): Element[] {
  const parts = PARTS[name];
  if (parts !== undefined && Array.isArray(value)) {
    return value.map((part, index) => el(xcal(parts[index] ?? "data"), [String(part)]));
  }
  if (type === "period" && Array.isArray(value)) return [periodElement(value.map(String))];
  if (type === "recur" && typeof value === "object" && value !== null) {
    return [el(xcal("recur"), recurElements(value))];
  }
  return [el(xcal(xmlName(type)), [String(value)])];
}

function periodElement([start = "", end = ""]: readonly string[]): Element {
  const last = /^[+-]?P/i.test(end) ? "duration" : "end";
  return el(xcal("period"), [el(xcal("start"), [start]), el(xcal(last), [end])]);
}

function recurElements(recur: object): Element[] {
  return Object.entries(recur).flatMap(([part, values]) => {
    const each: unknown[] = Array.isArray(values) ? values : [values];
    return each.map((value) => el(xcal(xmlName(part)), [String(value)]));
  });
}

/** Names of iCalendar may begin with a digit, names of XML may not. */
function xmlName(name: string): string {
  const clean = name.toLowerCase().replace(/[^a-z0-9_.-]/g, "");
  return /^[a-z_]/.test(clean) ? clean : `_${clean}`;
}
