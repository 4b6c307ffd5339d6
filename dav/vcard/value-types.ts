/** Types of values where it is not text (RFC 6350, RFC 6474, RFC 6715, RFC 8605, RFC 9554). */
const TYPES: Readonly<Record<string, string>> = {
  ANNIVERSARY: "date-and-or-time",
  BDAY: "date-and-or-time",
  CALADRURI: "uri",
  CALURI: "uri",
  "CONTACT-URI": "uri",
  CREATED: "timestamp",
  DEATHDATE: "date-and-or-time",
  FBURL: "uri",
  GEO: "uri",
  IMPP: "uri",
  KEY: "uri",
  LANG: "language-tag",
  LANGUAGE: "language-tag",
  LOGO: "uri",
  MEMBER: "uri",
  "ORG-DIRECTORY": "uri",
  PHOTO: "uri",
  RELATED: "uri",
  REV: "timestamp",
  SOCIALPROFILE: "uri",
  SOUND: "uri",
  SOURCE: "uri",
  UID: "uri",
  URL: "uri",
};

/** Properties of those RFCs whose values are text. */
const TEXTS = new Set(
  (
    "ADR BIRTHPLACE CATEGORIES CLIENTPIDMAP DEATHPLACE EMAIL EXPERTISE FN GENDER GRAMGENDER HOBBY INTEREST " +
    "KIND N NICKNAME NOTE ORG PRODID PRONOUNS ROLE TEL TITLE TZ VERSION XML"
  ).split(" "),
);

/** Properties whose value has parts with a semicolon between them. */
export const STRUCTURED: ReadonlySet<string> = new Set([
  "ADR",
  "CLIENTPIDMAP",
  "GENDER",
  "N",
  "ORG",
]);

/** Properties that hold several values with a comma between them. */
export const LISTS: ReadonlySet<string> = new Set(["CATEGORIES", "NICKNAME"]);

/**
 * The type of a property's value when VALUE does not say; `unknown` for properties that are not
 * registered (RFC 7095 section 5.1).
 *
 * @param name in upper case
 */
export function defaultType(name: string): string {
  if (Object.hasOwn(TYPES, name)) return TYPES[name] ?? "unknown";
  return TEXTS.has(name) ? "text" : "unknown";
}
