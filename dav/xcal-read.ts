import { CalendarError } from "./icalendar/index.ts";
import { child, elements, text, type Element } from "./xml/element.ts";
import { splitName, xcal } from "./xml/names.ts";
import { parseXml, XmlError } from "./xml/parse.ts";

/**
 * Reads an xCal document (RFC 6321) into jCal.
 *
 * @throws CalendarError valid-calendar-data when it is not xCal of one calendar
 */
export function jcalOfXcal(bytes: Buffer): unknown {
  const root = parsed(bytes);
  const [calendar, ...others] = root.name === xcal("icalendar") ? elements(root) : [];
  if (calendar === undefined || others.length > 0) throw invalid("The XML is no xCal calendar.");
  return componentOf(calendar);
}

function parsed(bytes: Buffer): Element {
  try {
    return parseXml(bytes);
  } catch (error) {
    if (error instanceof XmlError) throw invalid(error.message);
    throw error;
  }
}

function componentOf(component: Element): unknown[] {
  const [properties, components] = ["properties", "components"].map((local) => {
    const inside = child(component, xcal(local));
    return inside === undefined ? [] : elements(inside);
  });
  return [
    localOf(component),
    (properties ?? []).map(propertyOf),
    (components ?? []).map(componentOf),
  ];
}

function propertyOf(property: Element): unknown[] {
  const head = child(property, xcal("parameters"));
  const parameters = head === undefined ? [] : elements(head).map(parameterOf);
  const values = elements(property).filter((value) => value !== head);
  const [first] = values;
  if (first === undefined) throw invalid(`${localOf(property)} has no value.`);
  const start = [localOf(property), Object.fromEntries(parameters)];
  if (localOf(property) === "geo")
    return [...start, "float", values.map((each) => Number(text(each)))];
  if (localOf(property) === "request-status") return [...start, "text", values.map(text)];
  return [...start, localOf(first), ...values.map(valueOf)];
}

function parameterOf(parameter: Element): [string, string | string[]] {
  const values = elements(parameter).map((value) =>
    // RFC 6321 section 3.5.13 writes TRUE and FALSE in small letters.
    localOf(value) === "boolean" ? text(value).toUpperCase() : text(value),
  );
  return [localOf(parameter), values.length === 1 ? (values[0] ?? "") : values];
}

function valueOf(value: Element): unknown {
  switch (localOf(value)) {
    case "recur":
      return recurOf(value);
    case "period":
      return elements(value).map(text);
    case "integer":
    case "float":
      return Number(text(value));
    default:
      return text(value);
  }
}

function recurOf(recur: Element): Record<string, string | string[]> {
  const parts: Record<string, string[]> = {};
  for (const part of elements(recur)) (parts[localOf(part)] ??= []).push(text(part));
  return Object.fromEntries(
    Object.entries(parts).map(([name, values]) => [
      name,
      values.length === 1 ? (values[0] ?? "") : values,
    ]),
  );
}

/** The name in iCalendar, which `xmlName` may have put an underscore before. */
function localOf({ name }: Element): string {
  return splitName(name).local.replace(/^_(?=[^a-z_])/, "");
}

function invalid(message: string): CalendarError {
  return new CalendarError("valid-calendar-data", message);
}
