import { draft, valuesOf, withParameters } from "./draft.ts";
import { escapeText, unescapeText } from "./property.ts";
import type { PropertyDraft } from "./write.ts";

// What is a property in 3.0 and a parameter of another in 4.0: LABEL of ADR, SORT-STRING of N.

/** LABEL goes into the ADR before it, or else into the first that has none, if they are of the same types. */
export function labelsTo4(properties: readonly PropertyDraft[]): PropertyDraft[] {
  const labels = new Map<PropertyDraft, PropertyDraft>();
  const addresses = properties.filter((property) => isUnlabelled(property));
  properties.forEach((label, index) => {
    const before = properties[index - 1];
    if (before && isMovable(label) && isUnlabelled(before) && placeOf(before) === placeOf(label)) {
      labels.set(before, label);
    }
  });
  const taken = new Set(labels.values());
  const free = Map.groupBy(
    addresses.filter((address) => !labels.has(address)).toReversed(),
    placeOf,
  );
  for (const label of properties) {
    const address =
      isMovable(label) && !taken.has(label) ? free.get(placeOf(label))?.pop() : undefined;
    if (address === undefined) continue;
    labels.set(address, label);
    taken.add(label);
  }
  return properties
    .filter((property) => !taken.has(property))
    .map((property) => {
      const label = labels.get(property);
      return label ? withParameters(property, { LABEL: [unescapeText(label.value)] }) : property;
    });
}

function isMovable({ name, parameters }: PropertyDraft): boolean {
  return name === "LABEL" && [...parameters.keys()].every((parameter) => parameter === "TYPE");
}

function isUnlabelled({ name, parameters }: PropertyDraft): boolean {
  return name === "ADR" && !parameters.has("LABEL");
}

function placeOf(property: PropertyDraft): string {
  const types = valuesOf(property, "TYPE").map((type) => type.toLowerCase());
  return JSON.stringify([property.group, ...types.toSorted()]);
}

/** The reverse: LABEL behind its ADR, in the same group. */
export function labelsTo3(properties: readonly PropertyDraft[]): PropertyDraft[] {
  return properties.flatMap((property) => {
    const [text] = valuesOf(property, "LABEL");
    if (property.name !== "ADR" || text === undefined) return [property];
    const label = draft("LABEL", escapeText(text), { TYPE: valuesOf(property, "TYPE") });
    const parameters = new Map([...label.parameters].filter(([, values]) => values.length > 0));
    const { group } = property;
    return [withParameters(property, { LABEL: [] }), { ...label, parameters, group }];
  });
}

/** SORT-STRING becomes SORT-AS of N. */
export function sortTo4(properties: readonly PropertyDraft[]): readonly PropertyDraft[] {
  const [sort, second] = properties.filter(({ name }) => name === "SORT-STRING");
  const name = properties.find((property) => property.name === "N");
  if (!sort || second || !name || sort.parameters.size > 0 || name.parameters.has("SORT-AS")) {
    return properties;
  }
  const sorted = withParameters(name, { "SORT-AS": [unescapeText(sort.value)] });
  return properties
    .filter((property) => property !== sort)
    .map((property) => (property === name ? sorted : property));
}

/** The reverse. */
export function sortTo3(properties: readonly PropertyDraft[]): readonly PropertyDraft[] {
  const name = properties.find((property) => property.name === "N");
  const sortAs = name ? valuesOf(name, "SORT-AS") : [];
  if (!name || sortAs.length === 0) return properties;
  if (properties.some((property) => property.name === "SORT-STRING")) return properties;
  const sort = draft("SORT-STRING", escapeText(sortAs.join(",")));
  const plain = withParameters(name, { "SORT-AS": [] });
  return properties.flatMap((property) => (property === name ? [plain, sort] : [property]));
}
