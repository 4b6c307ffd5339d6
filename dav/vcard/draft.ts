import type { PropertyDraft } from "./write.ts";

/** The values of a parameter; none when it is absent. */
export function valuesOf({ parameters }: PropertyDraft, name: string): readonly string[] {
  return parameters.get(name) ?? [];
}

/** The first value of a parameter in lower case; empty when it is absent. */
export function firstOf(property: PropertyDraft, name: string): string {
  return valuesOf(property, name)[0]?.toLowerCase() ?? "";
}

/** The property with some parameters set; an empty list removes one. */
export function withParameters(
  property: PropertyDraft,
  changes: Readonly<Record<string, readonly string[]>>,
): PropertyDraft {
  const kept = [...property.parameters].filter(([name]) => !Object.hasOwn(changes, name));
  const set = Object.entries(changes).filter(([, values]) => values.length > 0);
  return { ...property, parameters: new Map([...kept, ...set]) };
}

/** A property without group. */
export function draft(
  name: string,
  value: string,
  parameters: Readonly<Record<string, readonly string[]>> = {},
): PropertyDraft {
  return { group: null, name, parameters: new Map(Object.entries(parameters)), value };
}
