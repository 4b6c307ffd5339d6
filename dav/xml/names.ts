/** An expanded XML name in Clark notation: `{namespace}local`. */
export type QName = string;

export const NAMESPACES = {
  d: "DAV:",
  c: "urn:ietf:params:xml:ns:caldav",
  card: "urn:ietf:params:xml:ns:carddav",
  cs: "http://calendarserver.org/ns/",
  ical: "http://apple.com/ns/ical/",
  xcal: "urn:ietf:params:xml:ns:icalendar-2.0",
  xcard: "urn:ietf:params:xml:ns:vcard-4.0",
  push: "https://bitfire.at/webdav-push",
} as const;

const PREFIXES: ReadonlyMap<string, string> = new Map(
  Object.entries(NAMESPACES).map(([prefix, namespace]) => [namespace, prefix]),
);

/** WebDAV's own namespace, RFC 4918. */
export const dav = (local: string): QName => `{${NAMESPACES.d}}${local}`;
/** CalDAV, RFC 4791. */
export const caldav = (local: string): QName => `{${NAMESPACES.c}}${local}`;
/** CardDAV, RFC 6352. */
export const carddav = (local: string): QName => `{${NAMESPACES.card}}${local}`;
/** Apple's CalendarServer extensions. */
export const cs = (local: string): QName => `{${NAMESPACES.cs}}${local}`;

/** xCal, RFC 6321. */
export const xcal = (local: string): QName => `{${NAMESPACES.xcal}}${local}`;

/** xCard, RFC 6351. */
export const xcard = (local: string): QName => `{${NAMESPACES.xcard}}${local}`;

/** WebDAV-Push, draft-bitfire-webdav-push. */
export const webdavPush = (local: string): QName => `{${NAMESPACES.push}}${local}`;

/** The prefix every document of this server uses for a namespace, if it has a fixed one. */
export function prefixOf(namespace: string): string | undefined {
  return PREFIXES.get(namespace);
}

/** Splits a Clark name into its namespace (may be empty) and local part. */
export function splitName(name: QName): { namespace: string; local: string } {
  // A namespace may have a brace, a name may not.
  const end = name.lastIndexOf("}");
  return { namespace: name.slice(1, end), local: name.slice(end + 1) };
}

const START = String.raw`A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\u{10000}-\u{effff}`;
const NAME = String.raw`[${START}][-.0-9\u00b7\u0300-\u036f\u203f\u2040${START}]*`;
const LOCAL_NAME = new RegExp(`^${NAME}$`, "u");
const QUALIFIED_NAME = new RegExp(`^(?:${NAME}:)?${NAME}$`, "u");

/** Whether a text can be a name without a prefix (Namespaces in XML 1.0, NCName). */
export function isLocalName(text: string): boolean {
  return LOCAL_NAME.test(text);
}

/** Whether a text can be the name of an element or attribute, perhaps with a prefix (QName). */
export function isQualifiedName(text: string): boolean {
  return QUALIFIED_NAME.test(text);
}
