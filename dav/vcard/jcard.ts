import type { Card } from "./card.ts";
import { splitValue, unescapeText, type CardProperty } from "./property.ts";
import { extendedTime, TIMES } from "./time-form.ts";
import { defaultType, LISTS, STRUCTURED } from "./value-types.ts";

/** A value in jCard; the parts of a structured one are an array, and several values of a part another. */
export type JcardValue = string | number | boolean | readonly (string | readonly string[])[];

/** A property in jCard (RFC 7095 section 3.3). */
export type JcardProperty = readonly [
  name: string,
  parameters: Readonly<Record<string, string | readonly string[]>>,
  type: string,
  ...values: JcardValue[],
];

/** A card in jCard (RFC 7095 section 3.2). */
export type Jcard = readonly ["vcard", readonly JcardProperty[]];

/** A card of version 4.0 as jCard. */
export function jcardOf({ properties }: Card): Jcard {
  return ["vcard", properties.map(propertyOf)];
}

function propertyOf(property: CardProperty): JcardProperty {
  const { group, name, value } = property;
  const type = typeOf(property);
  const parameters = [...property.parameters].flatMap(([key, values]) =>
    key === "VALUE" ? [] : [[key.toLowerCase(), single(values)] as const],
  );
  if (group !== null) parameters.push(["group", group]);
  return [name.toLowerCase(), Object.fromEntries(parameters), type, ...valuesOf(name, type, value)];
}

/** COMPAT(all): free text where a URI should be, most of all in UID, is text (RFC 6350 section 6.7.6). */
function typeOf({ name, parameters, value }: CardProperty): string {
  const given = parameters.get("VALUE")?.[0]?.toLowerCase();
  const type = given !== undefined && /^[a-z0-9-]+$/.test(given) ? given : defaultType(name);
  if (type === "uri") return /^[a-z][a-z0-9+.-]*:/i.test(value) ? "uri" : "text";
  return isWritten(type, value) ? type : "text";
}

const FORMS: Readonly<Record<string, RegExp>> = {
  boolean: /^(?:true|false)$/i,
  integer: /^[+-]?\d{1,15}$/,
  float: /^[+-]?\d{1,15}(?:\.\d{1,15})?$/,
};

function isWritten(type: string, value: string): boolean {
  return !Object.hasOwn(FORMS, type) || FORMS[type]?.test(value) === true;
}

function valuesOf(name: string, type: string, value: string): JcardValue[] {
  if (TIMES.has(type)) return [extendedTime(type, value.trim())];
  switch (type) {
    case "text":
      if (STRUCTURED.has(name)) return [structured(name, value)];
      if (LISTS.has(name)) return splitValue(value, /,/).map(unescapeText);
      return [unescapeText(value)];
    case "uri":
      return [unescapeText(value)];
    case "boolean":
      return [/^true$/i.test(value)];
    case "integer":
    case "float":
      return [Number(value)];
    default:
      return [value];
  }
}

/** Only N and ADR have parts of several values; one part alone is a plain text (RFC 7095 section 3.3.1.3). */
function structured(name: string, value: string): JcardValue {
  const hasLists = name === "N" || name === "ADR";
  const parts = splitValue(value, /;/).map((part) =>
    hasLists ? single(splitValue(part, /,/).map(unescapeText)) : unescapeText(part),
  );
  const [only, ...others] = parts;
  return others.length === 0 && typeof only === "string" ? only : parts;
}

function single(values: readonly string[]): string | readonly string[] {
  return values.length === 1 ? (values[0] ?? "") : values;
}
