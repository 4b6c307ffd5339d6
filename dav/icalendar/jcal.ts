import { splitLine } from "./component.ts";
import type { Component } from "./component.ts";
import { jcalProperty } from "./parse.ts";
import type { JcalProperty } from "./parse.ts";
import { formatIsoTime } from "./write.ts";
import { readTime } from "./value.ts";
import type { Content } from "./write.ts";

/** A component in jCal (RFC 7265 section 3.3). */
export type Jcal = readonly [
  name: string,
  properties: readonly JcalProperty[],
  components: readonly Jcal[],
];

/** A RECUR value in jCal (RFC 7265 section 3.6.10). */
export type JcalRecur = Readonly<Record<string, string | number | readonly (string | number)[]>>;

/** A component as it was read, as jCal. */
export function jcalOfComponent({ name, properties, components }: Component): Jcal {
  const written = properties.map((each): JcalProperty => {
    if (each.type === "recur") return propertyOf(each.text);
    return [each.name.toLowerCase(), each.parameters, each.type, ...each.values];
  });
  return [name.toLowerCase(), written, components.map(jcalOfComponent)];
}

/** A component as jCal. */
export function jcalOf({ name, lines, components }: Content): Jcal {
  return [name.toLowerCase(), lines.map(propertyOf), components.map(jcalOf)];
}

function propertyOf(line: string): JcalProperty {
  const { head, value } = splitLine(line);
  const name = head.split(";")[0]?.trim().toLowerCase() ?? "";
  if (name === "rrule" || name === "exrule") return [name, {}, "recur", recurOf(value)];
  return value === "" ? [name, {}, "unknown", ""] : jcalProperty(line);
}

function recurOf(value: string): JcalRecur {
  const parts = value.split(";").flatMap((part) => {
    const [name = "", text = ""] = part.split("=");
    const key = name.trim().toLowerCase();
    return key === "" || text === ""
      ? []
      : [[key, partOf(key, text.trim().toUpperCase())] as const];
  });
  return Object.fromEntries(parts);
}

function partOf(key: string, text: string): JcalRecur[string] {
  if (key === "until") {
    const until = readTime(text);
    return until === null ? text : formatIsoTime(until);
  }
  const values = text
    .split(",")
    .map((each) => (/^[+-]?\d{1,15}$/.test(each) ? Number(each) : each));
  return values.length === 1 ? (values[0] ?? "") : values;
}
