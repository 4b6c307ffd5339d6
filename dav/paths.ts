import type { HomeKind } from "./store.ts";

/** Where the DAV tree begins. */
export const DAV_ROOT = "/dav/";

/** A place in the URL space; whether anything is mapped there is for the store to say. */
export type Path =
  | ContainerPath
  | { readonly kind: "principal"; readonly owner: string }
  | { readonly kind: "directory" }
  /** The card of an account in the directory. */
  | { readonly kind: "directory-card"; readonly account: string }
  | { readonly kind: "homes"; readonly home: HomeKind | "files" }
  | HomePath
  | CollectionPath
  | ObjectPath
  | FilePath;

export interface ContainerPath {
  readonly kind: "root" | "principals";
  /** The URL outside the tree where discovery found it; answers must name it as it was asked. */
  readonly alias?: string;
}

export interface HomePath {
  readonly kind: "home";
  readonly home: HomeKind;
  readonly owner: string;
}

export interface CollectionPath {
  readonly kind: "collection";
  readonly home: HomeKind;
  readonly owner: string;
  readonly collection: string;
}

export interface ObjectPath {
  readonly kind: "object";
  readonly home: HomeKind;
  readonly owner: string;
  readonly collection: string;
  readonly object: string;
}

/** A place in the files area, `names` from the home down; the home itself when there are none. */
export interface FilePath {
  readonly kind: "file";
  readonly owner: string;
  readonly names: readonly string[];
}

/** A home, or a place in one. */
export type PlacePath = HomePath | CollectionPath | ObjectPath | FilePath;

const HOMES: ReadonlySet<string> = new Set(["calendars", "addressbooks"]);

/**
 * Reads the path of a URL. Encoded and plain forms of a segment are the same, a trailing slash too.
 *
 * @param pathname the path part of a request target or href, still percent-encoded
 * @returns null when nothing can ever be mapped there
 */
export function parsePath(pathname: string): Path | null {
  const segments = pathname.split("/").filter((segment) => segment !== "");
  if (segments.length === 0) return { kind: "root", alias: "/" };
  // COMPAT(macOS 10.11+): account set-up also asks /principals/ (owncloud contacts issue 1080).
  if (segments.length === 1 && segments[0] === "principals") {
    return { kind: "principals", alias: "/principals/" };
  }
  if (segments[0] !== DAV_ROOT.slice(1, -1)) return null;
  const names = segments.slice(1).map(decodeSegment);
  return names.every(isName) ? fromNames(names) : null;
}

function fromNames(names: string[]): Path | null {
  const [top, owner, collection, object, ...rest] = names;
  if (top === undefined) return { kind: "root" };
  if (top === "files") return fromFileNames(names.slice(1));
  if (rest.length > 0) return null;
  const lowerOwner = owner?.toLowerCase();
  if (top === "directory") return collection === undefined ? directoryPath(lowerOwner) : null;
  if (top === "principals") {
    if (lowerOwner === undefined) return { kind: "principals" };
    return collection === undefined ? { kind: "principal", owner: lowerOwner } : null;
  }
  if (!isHomeKind(top)) return null;
  if (lowerOwner === undefined) return { kind: "homes", home: top };
  if (collection === undefined) return { kind: "home", home: top, owner: lowerOwner };
  const place = { home: top, owner: lowerOwner, collection };
  return object === undefined
    ? { kind: "collection", ...place }
    : { kind: "object", ...place, object };
}

function directoryPath(name: string | undefined): Path | null {
  if (name === undefined) return { kind: "directory" };
  const account = /^(.+)\.vcf$/.exec(name)?.[1];
  return account === undefined ? null : { kind: "directory-card", account };
}

/** Whether a path is a home or lies in one. */
export function isInHome(path: Path): path is PlacePath {
  return "owner" in path && path.kind !== "principal";
}

function fromFileNames([owner, ...names]: string[]): Path {
  if (owner === undefined) return { kind: "homes", home: "files" };
  return { kind: "file", owner: owner.toLowerCase(), names };
}

function isHomeKind(segment: string): segment is HomeKind {
  return HOMES.has(segment);
}

/** COMPAT(iOS, Stalwart's fix_percent_encoding): a segment may come without percent-encoding, or half of it. */
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment.replace(/%(?![\da-f]{2})/gi, "%25"));
  } catch {
    return segment;
  }
}

const MAX_NAME_BYTES = 255;

/** Whether a decoded segment may name a resource: no dot segments, slashes or control characters. */
function isName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex
  if (name === "." || name === ".." || /[\u0000-\u001f\u007f/]/.test(name)) return false;
  return name.isWellFormed() && Buffer.byteLength(name) <= MAX_NAME_BYTES;
}

/**
 * The one form in which this server writes a path: absolute, `@` as %40, collections with a slash. Of a place
 * in the files area only the resource says whether it is a collection, so the slash is left to `hrefOf`.
 */
export function formatPath(path: Path): string {
  switch (path.kind) {
    case "root":
      return path.alias ?? DAV_ROOT;
    case "principals":
      return path.alias ?? `${DAV_ROOT}principals/`;
    case "principal":
      return `${DAV_ROOT}principals/${encodeURIComponent(path.owner)}/`;
    case "directory":
      return `${DAV_ROOT}directory/`;
    case "directory-card":
      return `${DAV_ROOT}directory/${encodeURIComponent(path.account)}.vcf`;
    case "homes":
      return `${DAV_ROOT}${path.home}/`;
    case "home":
      return `${DAV_ROOT}${path.home}/${encodeURIComponent(path.owner)}/`;
    case "collection":
      return formatCollection(path);
    case "object":
      return `${formatCollection(path)}${encodeURIComponent(path.object)}`;
    case "file":
      return `${DAV_ROOT}files/${encodeURIComponent(path.owner)}/${path.names.map(encodeURIComponent).join("/")}`;
  }
}

function formatCollection({ home, owner, collection }: CollectionPath | ObjectPath): string {
  return `${DAV_ROOT}${home}/${encodeURIComponent(owner)}/${encodeURIComponent(collection)}/`;
}

/**
 * Reads a DAV:href, a Destination or a tagged resource of the If header: an absolute path or a URI.
 *
 * @param hosts the names of this server, with the port; a URI elsewhere gives null
 */
export function parseHref(href: string, hosts: readonly string[]): Path | null {
  const trimmed = href.trim();
  if (isAbsolutePath(trimmed)) return parsePath(stripQuery(trimmed));
  const url = isElsewhere(trimmed, hosts) ? null : URL.parse(trimmed);
  return url === null ? null : parsePath(stripQuery(url.pathname));
}

/** Whether an href is neither an absolute path nor a URI on this server. */
export function isElsewhere(href: string, hosts: readonly string[]): boolean {
  if (isAbsolutePath(href)) return false;
  const url = URL.parse(href);
  return url === null || !hosts.includes(url.host);
}

function isAbsolutePath(href: string): boolean {
  return href.startsWith("/") && !href.startsWith("//");
}

function stripQuery(target: string): string {
  const end = target.search(/[?#]/);
  return end < 0 ? target : target.slice(0, end);
}
