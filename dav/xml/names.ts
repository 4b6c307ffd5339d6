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
  const end = name.indexOf("}");
  return { namespace: name.slice(1, end), local: name.slice(end + 1) };
}
