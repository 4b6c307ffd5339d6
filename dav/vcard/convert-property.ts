import { dateTo3, dateTo4, timestampTo3, timestampTo4 } from "./convert-date.ts";
import { mediaTo3, mediaTo4 } from "./convert-media.ts";
import { firstOf, valuesOf, withParameters } from "./draft.ts";
import { escapeText, unescapeText } from "./property.ts";
import type { PropertyDraft } from "./write.ts";

type Rule = (property: PropertyDraft) => PropertyDraft;

/** What differs between the versions, property by property. What is not listed is the same in both. */
const RULES: Readonly<Record<string, { readonly to4: Rule; readonly to3: Rule }>> = {
  ANNIVERSARY: { to4: dateTo4, to3: dateTo3 },
  BDAY: { to4: dateTo4, to3: dateTo3 },
  FBURL: { to4: plainUri, to3: same },
  GEO: { to4: geoTo4, to3: geoTo3 },
  IMPP: { to4: renamedService("X-SERVICE-TYPE", "SERVICE-TYPE"), to3: imppTo3 },
  KEY: { to4: keyTo4, to3: mediaTo3 },
  LOGO: { to4: mediaTo4, to3: mediaTo3 },
  PHOTO: { to4: mediaTo4, to3: mediaTo3 },
  REV: { to4: timestampTo4, to3: timestampTo3 },
  SOCIALPROFILE: { to4: same, to3: profileTo3 },
  SOUND: { to4: mediaTo4, to3: mediaTo3 },
  TEL: { to4: same, to3: telTo3 },
  TZ: { to4: zoneTo4, to3: zoneTo3 },
  URL: { to4: plainUri, to3: same },
  "X-ABDATE": { to4: dateTo4, to3: dateTo3 },
  "X-SOCIALPROFILE": { to4: profileTo4, to3: same },
};

/** One property of 3.0 as 4.0 has it, under its old name where the versions share it. */
export function propertyTo4(property: PropertyDraft): PropertyDraft {
  return RULES[property.name]?.to4(property) ?? property;
}

/** The reverse. */
export function propertyTo3(property: PropertyDraft): PropertyDraft {
  return RULES[property.name]?.to3(property) ?? property;
}

function same(property: PropertyDraft): PropertyDraft {
  return property;
}

/** URIs have no escapes, though clients write them: Google `\:` (Q72). */
function plainUri(property: PropertyDraft): PropertyDraft {
  return { ...property, value: property.value.replace(/\\([:,;])/g, "$1") };
}

function geoTo4(property: PropertyDraft): PropertyDraft {
  const position = /^\s*([+-]?[\d.]+)\\?;([+-]?[\d.]+)\s*$/.exec(property.value);
  return position ? { ...property, value: `geo:${position[1]},${position[2]}` } : property;
}

/** A geo: URI that says more than a position stays one. */
function geoTo3(property: PropertyDraft): PropertyDraft {
  const position = /^geo:([+-]?[\d.]+),([+-]?[\d.]+)$/i.exec(property.value);
  return position ? { ...property, value: `${position[1]};${position[2]}` } : property;
}

/** In 3.0 a key that is not encoded is text; in 4.0 it would be a URI. */
function keyTo4(property: PropertyDraft): PropertyDraft {
  const converted = mediaTo4(property);
  if (converted !== property || property.parameters.has("VALUE")) return converted;
  return withParameters(property, { VALUE: ["text"] });
}

/** An offset from UTC is the default in 3.0, text in 4.0. */
function zoneTo4(property: PropertyDraft): PropertyDraft {
  const value = firstOf(property, "VALUE");
  if (value === "text") return withParameters(property, { VALUE: [] });
  const offset = /^\s*([+-]\d{2}):?(\d{2})\s*$/.exec(property.value);
  if (!offset) return property;
  return {
    ...withParameters(property, { VALUE: ["utc-offset"] }),
    value: `${offset[1]}${offset[2]}`,
  };
}

function zoneTo3(property: PropertyDraft): PropertyDraft {
  const value = firstOf(property, "VALUE");
  if (value === "") return withParameters(property, { VALUE: ["text"] });
  if (value !== "utc-offset") return property;
  const offset = property.value.replace(/^([+-]\d{2}):?(\d{2})$/, "$1:$2");
  return { ...withParameters(property, { VALUE: [] }), value: offset };
}

/** 3.0 knows telephone numbers as text only; parameters of the URI, such as ext, stay behind the number. */
function telTo3(property: PropertyDraft): PropertyDraft {
  const number = /^tel:(.*)$/is.exec(property.value)?.[1];
  if (number === undefined || firstOf(property, "VALUE") === "text") return property;
  return { ...withParameters(property, { VALUE: [] }), value: escapeText(unescapeText(number)) };
}

/** SERVICE-TYPE is of RFC 9554, X-SERVICE-TYPE is Apple's. */
function renamedService(from: string, to: string): Rule {
  return (property) => {
    if (!property.parameters.has(from) || property.parameters.has(to)) return property;
    return withParameters(property, { [from]: [], [to]: valuesOf(property, from) });
  };
}

function imppTo3(property: PropertyDraft): PropertyDraft {
  return renamedService("SERVICE-TYPE", "X-SERVICE-TYPE")(property);
}

/** Apple's X-SOCIALPROFILE names the service by TYPE and the account by X-USER; RFC 9554 section 2.8. */
function profileTo4(property: PropertyDraft): PropertyDraft {
  const types = valuesOf(property, "TYPE");
  const service = types.find((type) => !/^(?:pref|home|work)$/i.test(type));
  const renamed = renamedService("X-USER", "USERNAME")({ ...property, name: "SOCIALPROFILE" });
  if (service === undefined || renamed.parameters.has("SERVICE-TYPE")) return renamed;
  return withParameters(renamed, {
    TYPE: types.filter((type) => type !== service),
    "SERVICE-TYPE": [service],
  });
}

function profileTo3(property: PropertyDraft): PropertyDraft {
  const renamed = renamedService("USERNAME", "X-USER")({ ...property, name: "X-SOCIALPROFILE" });
  const service = valuesOf(renamed, "SERVICE-TYPE");
  if (service.length !== 1) return renamed;
  return withParameters(renamed, {
    TYPE: [...service, ...valuesOf(renamed, "TYPE")],
    "SERVICE-TYPE": [],
  });
}
