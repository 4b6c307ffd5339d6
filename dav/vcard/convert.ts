import type { Card, CardVersion } from "./card.ts";
import { appleTo3, appleTo4 } from "./convert-apple.ts";
import { labelsTo3, labelsTo4, sortTo3, sortTo4 } from "./convert-moved.ts";
import { propertyTo3, propertyTo4 } from "./convert-property.ts";
import { draft, valuesOf, withParameters } from "./draft.ts";
import { splitValue } from "./property.ts";
import { plainEncoding } from "./transfer-encoding.ts";
import { writeCard, type PropertyDraft } from "./write.ts";

type Step = (properties: readonly PropertyDraft[]) => readonly PropertyDraft[];

// RULES of single properties stand where both names of a property are the one they know: Apple's
// steps rename X-ABDATE to ANNIVERSARY and back, and the dates of both are converted alike.
const STEPS: Readonly<Record<CardVersion, readonly Step[]>> = {
  "4.0": [
    each(plainEncoding),
    appleTo4,
    each(propertyTo4),
    labelsTo4,
    sortTo4,
    each(prefTo4),
    named,
  ],
  "3.0": [
    each(plainEncoding),
    prefTo3,
    labelsTo3,
    sortTo3,
    each(propertyTo3),
    appleTo3,
    named,
    withN,
  ],
};

/**
 * A card in another version of vCard, 3.0 (RFC 2426) or 4.0 (RFC 6350). What has an equal there
 * becomes that, by the RFCs or by what Apple's clients write; everything else, unknown properties and
 * parameters, groups and labels, goes over as it is, so that nothing is lost there and back.
 *
 * @returns the text of the card, with CRLF, folded; a card of that version is only rewritten
 */
export function convertCard(card: Card, version: CardVersion): string {
  const properties = card.properties.filter(({ name }) => name !== "VERSION");
  const steps = card.version === version ? [each(plainEncoding)] : STEPS[version];
  const converted = steps.reduce<readonly PropertyDraft[]>(
    (before, step) => step(before),
    properties,
  );
  return writeCard(version, converted);
}

function each(convert: (property: PropertyDraft) => PropertyDraft): Step {
  return (properties) => properties.map(convert);
}

/** TYPE=pref is PREF=1 (RFC 6350 section 5.3). */
function prefTo4(property: PropertyDraft): PropertyDraft {
  const types = valuesOf(property, "TYPE");
  const rest = types.filter((type) => type.toLowerCase() !== "pref");
  if (rest.length === types.length) return property;
  const pref = valuesOf(property, "PREF");
  return withParameters(property, { TYPE: rest, PREF: pref.length > 0 ? pref : ["1"] });
}

/** The most preferred of each name gets TYPE=pref; a PREF that this does not say stays. */
function prefTo3(properties: readonly PropertyDraft[]): PropertyDraft[] {
  const best = new Map<string, number>();
  for (const property of properties) {
    const pref = prefOf(property);
    if (pref < (best.get(property.name) ?? Number.POSITIVE_INFINITY)) best.set(property.name, pref);
  }
  return properties.map((property) => {
    const pref = prefOf(property);
    if (pref !== best.get(property.name)) return property;
    const types = [...valuesOf(property, "TYPE"), "pref"];
    return withParameters(property, { TYPE: types, ...(pref === 1 ? { PREF: [] } : {}) });
  });
}

function prefOf(property: PropertyDraft): number {
  const pref = valuesOf(property, "PREF")[0] ?? "";
  return /^\d{1,3}$/.test(pref) ? Number(pref) : Number.POSITIVE_INFINITY;
}

/** Both versions demand FN; clients leave it out. */
function named(properties: readonly PropertyDraft[]): readonly PropertyDraft[] {
  if (properties.some(({ name }) => name === "FN")) return properties;
  const value = nameFrom(properties);
  return value === "" ? properties : [draft("FN", value), ...properties];
}

function nameFrom(properties: readonly PropertyDraft[]): string {
  const first = (name: string) =>
    properties.find((property) => property.name === name)?.value ?? "";
  const [family = "", given = ""] = splitValue(first("N"), /;/);
  const full = [given, family].filter((part) => part !== "").join(" ");
  const [organisation = ""] = splitValue(first("ORG"), /;/);
  const names = [full, organisation, first("NICKNAME"), first("EMAIL"), first("TEL")];
  return names.find((name) => name.trim() !== "") ?? "";
}

/** 3.0 demands N; Apple takes the name of a group from its first part (Q31). */
function withN(properties: readonly PropertyDraft[]): readonly PropertyDraft[] {
  if (properties.some(({ name }) => name === "N")) return properties;
  const name = properties.find((property) => property.name === "FN");
  const isCompany = properties.some((property) => property.name === "X-ABSHOWAS");
  const family = isCompany ? "" : (name?.value.replace(/(?<!\\)((?:\\\\)*);/g, "$1\\;") ?? "");
  const n = draft("N", `${family};;;;`);
  return properties.flatMap((property) => (property === name ? [property, n] : [property]));
}
