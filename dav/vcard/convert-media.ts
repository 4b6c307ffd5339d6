import { firstOf, valuesOf, withParameters } from "./draft.ts";
import type { PropertyDraft } from "./write.ts";

/** Properties whose value is a picture, a sound or a key, and the media type they have. */
const FAMILIES: Readonly<Record<string, string>> = {
  PHOTO: "image",
  LOGO: "image",
  SOUND: "audio",
  KEY: "application",
};

/** TYPE values of 3.0 whose media type is not just the family and the value. */
const MEDIA_TYPES: readonly (readonly [type: string, media: string])[] = [
  ["PGP", "application/pgp-keys"],
  ["X509", "application/pkix-cert"],
  ["JPG", "image/jpeg"],
];

/** How the first bytes of a file look in base64. */
const SIGNATURES: readonly (readonly [start: string, type: string])[] = [
  ["/9j/", "JPEG"],
  ["iVBORw0KGgo", "PNG"],
  ["R0lGOD", "GIF"],
  ["UklGR", "WEBP"],
];

/** TYPE values that say what a property is for and not what it is made of. */
const PURPOSES = new Set(["home", "work", "pref", "voice"]);
const DATA_URI = /^data:([\w.+-]+\/[\w.+-]+)?;base64\\?,/i;
const UNKNOWN_TYPE = "application/octet-stream";
const URI = /^[a-z][a-z0-9+.-]*:/i;

/**
 * PHOTO, LOGO, SOUND and KEY of 3.0 in 4.0: what is inline becomes a data: URI, and TYPE the media type
 * (RFC 6350 sections 5.7 and 6.2.4).
 */
export function mediaTo4(property: PropertyDraft): PropertyDraft {
  if (firstOf(property, "ENCODING") === "b") return inlineTo4(property);
  const value = firstOf(property, "VALUE");
  if (value === "text" || !URI.test(property.value)) return property;
  const plain = withParameters(property, { VALUE: [] });
  const [media, types] = mediaTypeOf(plain);
  if (media === null) return plain;
  return withParameters(plain, { TYPE: types, MEDIATYPE: [media] });
}

function inlineTo4(property: PropertyDraft): PropertyDraft {
  // COMPAT(InfCloud): a data: URI despite ENCODING=b (Q74).
  const prefix = DATA_URI.exec(property.value);
  const base64 = property.value.slice(prefix?.[0].length ?? 0).replace(/\s+/g, "");
  const [media, types] = mediaTypeOf(property);
  const known = prefix?.[1] ?? media ?? sniff(base64);
  const plain = withParameters(property, { ENCODING: [], VALUE: [], TYPE: types });
  return { ...plain, value: `data:${known ?? UNKNOWN_TYPE};base64,${base64}` };
}

/** The reverse: a data: URI in base64 becomes inline, any other URI says that it is one. */
export function mediaTo3(property: PropertyDraft): PropertyDraft {
  const value = firstOf(property, "VALUE");
  const data = DATA_URI.exec(property.value);
  if (data && (value === "" || value === "uri")) return inlineTo3(property, data);
  if (value === "text" || !URI.test(property.value)) return property;
  const media = firstOf(property, "MEDIATYPE");
  const type = typeFor(property.name, media);
  const types = valuesOf(property, "TYPE");
  return withParameters(property, {
    VALUE: ["uri"],
    ...(type === null ? {} : { MEDIATYPE: [], TYPE: [type, ...types] }),
  });
}

function inlineTo3(property: PropertyDraft, data: RegExpExecArray): PropertyDraft {
  const media = (data[1] ?? firstOf(property, "MEDIATYPE")).toLowerCase();
  const type = typeFor(property.name, media);
  // A type of another family cannot be said by TYPE, so then the URI stays.
  if (type === null && media !== "" && media !== UNKNOWN_TYPE) {
    return withParameters(property, { VALUE: ["uri"] });
  }
  const types = [...(type === null ? [] : [type]), ...valuesOf(property, "TYPE")];
  const inline = withParameters(property, {
    ENCODING: ["b"],
    VALUE: [],
    MEDIATYPE: [],
    TYPE: types,
  });
  return { ...inline, value: property.value.slice(data[0].length) };
}

/** What TYPE says of the media type, and the TYPE values that say something else. */
function mediaTypeOf(property: PropertyDraft): [string | null, string[]] {
  const types = valuesOf(property, "TYPE");
  const medium = types.find((type) => isMedium(type));
  const rest = types.filter((type) => type !== medium);
  if (medium === undefined) return [firstOf(property, "MEDIATYPE") || null, rest];
  const special = MEDIA_TYPES.find(([type]) => type === medium.toUpperCase())?.[1];
  const plain = medium.includes("/") ? medium : `${FAMILIES[property.name]}/${medium}`;
  return [(special ?? plain).toLowerCase(), rest];
}

function isMedium(type: string): boolean {
  return /^[\w.+-]+(?:\/[\w.+-]+)?$/.test(type) && !PURPOSES.has(type.toLowerCase());
}

function typeFor(name: string, media: string): string | null {
  const special = MEDIA_TYPES.find(([, known]) => known === media)?.[0];
  const [family, subtype] = media.split("/");
  if (family === undefined || subtype === undefined || family !== FAMILIES[name]) return null;
  if (media === UNKNOWN_TYPE) return null;
  return media === "image/jpeg" ? "JPEG" : (special ?? subtype.toUpperCase());
}

function sniff(base64: string): string | null {
  const type = SIGNATURES.find(([start]) => base64.startsWith(start))?.[1];
  return type === undefined ? null : `image/${type.toLowerCase()}`;
}
