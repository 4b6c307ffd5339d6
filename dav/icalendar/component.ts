/** A property as ical.js reads it into jCal (RFC 7265), with its content line and where that began. */
export interface Property {
  /** In upper case. */
  readonly name: string;
  /** By lower-case name, without VALUE; several values stand in an array. */
  readonly parameters: Readonly<Record<string, string | readonly string[]>>;
  /** The jCal value type: text, date-time, date, duration, recur, unknown, … */
  readonly type: string;
  /** jCal values; text is unescaped. */
  readonly values: readonly unknown[];
  /** The unfolded content line. */
  readonly text: string;
  /** The number of its first line in the source, from 1. */
  readonly line: number;
}

/** A component with its parts in order of the source. */
export interface Component {
  /** In upper case. */
  readonly name: string;
  readonly properties: readonly Property[];
  readonly components: readonly Component[];
  /** The number of its BEGIN line in the source, from 1. */
  readonly line: number;
  /** Offsets of its text in the source, BEGIN line to END line with its line break. */
  readonly starts: number;
  readonly ends: number;
}

/** A VCALENDAR component. */
export type Calendar = Component;

export function property(component: Component, name: string): Property | undefined {
  return component.properties.find((candidate) => candidate.name === name);
}

export function properties(component: Component, name: string): Property[] {
  return component.properties.filter((candidate) => candidate.name === name);
}

/** A property's value as one unescaped text, or null when the component lacks it. */
export function textOf(component: Component, name: string): string | null {
  const found = property(component, name);
  return found === undefined ? null : found.values.map(String).join(",");
}

/** A parameter's values, or null when the property lacks it. */
export function parameterValues(of: Property, name: string): readonly string[] | null {
  const key = name.toLowerCase();
  if (key === "value") return valueParameter(of);
  if (!Object.hasOwn(of.parameters, key)) return null;
  const value = of.parameters[key] ?? "";
  return typeof value === "string" ? [value] : value;
}

/** The value of a content line as it was sent: what follows the first colon outside quotes. */
export function rawValue(of: Property): string {
  return of.text.slice(valueStart(of.text));
}

/** A content line's name and parameters up to the colon, and the value behind it. */
export function splitLine(text: string): { readonly head: string; readonly value: string } {
  const start = valueStart(text);
  return { head: text.slice(0, start).replace(/:$/, ""), value: text.slice(start) };
}

/** jCal turns the VALUE parameter into the type, so it is read from the line. */
function valueParameter(of: Property): readonly string[] | null {
  const head = of.text.slice(0, valueStart(of.text));
  const found = /;VALUE="?([^";:,]+)/i.exec(head);
  return found?.[1] === undefined ? null : [found[1]];
}

function valueStart(text: string): number {
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const char = text[index];
    if (char === '"') quoted = !quoted;
    else if (char === ":" && !quoted) return index + 1;
  }
  return text.length;
}
