import { LIVE_PROPERTIES } from "./properties/index.ts";
import type { Need, PropertyContext } from "./properties/property.ts";
import { DavError } from "./errors.ts";
import { prefersMinimal } from "./http/prefer.ts";
import type { DavRequest } from "./http/request.ts";
import { propstatResponse, type Propstat } from "./multistatus.ts";
import { privilegesOn } from "./privileges.ts";
import { hrefOf, storedProperties, type Resource } from "./resource.ts";
import type { Columns } from "./store.ts";
import { child, el, elements, type Element, type Node } from "./xml/element.ts";
import { dav, type QName } from "./xml/names.ts";

/** Which properties a client wants of each resource (RFC 4918 section 14.20). */
export interface PropertyRequest {
  readonly kind: "prop" | "allprop" | "propname";
  /** For prop the wanted elements, for allprop the included ones. */
  readonly elements: readonly Element[];
  /** Leave out what is not there. */
  readonly minimal: boolean;
}

const MAX_PROPERTIES = 500;

/**
 * Reads prop, allprop with include, or propname from the root element of a request.
 *
 * @throws DavError 400 when there is none, or more than 500 properties are named, and what a property has
 * against the way it is asked for
 */
export function readPropertyRequest(root: Element, request: DavRequest): PropertyRequest {
  const minimal = prefersMinimal(request);
  const prop = child(root, dav("prop"));
  if (prop !== undefined) return { kind: "prop", elements: limited(elements(prop)), minimal };
  if (child(root, dav("allprop")) !== undefined) {
    const include = child(root, dav("include"));
    return { kind: "allprop", elements: include ? limited(elements(include)) : [], minimal };
  }
  if (child(root, dav("propname")) !== undefined)
    return { kind: "propname", elements: [], minimal };
  throw new DavError(400, "the body must contain prop, allprop or propname");
}

function limited(wanted: Element[]): Element[] {
  if (wanted.length > MAX_PROPERTIES) {
    throw new DavError(400, `more than ${MAX_PROPERTIES} properties are asked for`);
  }
  for (const element of wanted) LIVE_PROPERTIES.get(element.name)?.checkRequest(element);
  const seen = new Set<QName>();
  return wanted.filter(({ name }) => !seen.has(name) && seen.add(name));
}

function isNeeded(wanted: PropertyRequest, need: Need): boolean {
  return wanted.elements.some(({ name }) => LIVE_PROPERTIES.get(name)?.needs === need);
}

/** Whether any wanted property needs the stored bytes. */
export function needsData(wanted: PropertyRequest): boolean {
  return isNeeded(wanted, "data");
}

/** What must be read of objects for the wanted properties. */
export function columnsFor(wanted: PropertyRequest): Columns {
  return {
    data: needsData(wanted),
    brief: wanted.kind === "prop" && !isNeeded(wanted, "details"),
  };
}

/** Whether an answer may have to be refused when part of it has been made. */
export function mayBeRefused({ elements: wanted }: PropertyRequest): boolean {
  return wanted.some((each) => LIVE_PROPERTIES.get(each.name)?.mayBeRefused(each));
}

/** Whether any wanted property is about locks. */
export function needsLocks(wanted: PropertyRequest): boolean {
  if (wanted.kind !== "prop") return true;
  return isNeeded(wanted, "locks");
}

/** Whether any wanted property is about what the owner stores. */
export function needsStorage(wanted: PropertyRequest): boolean {
  if (wanted.kind === "propname") return true;
  return isNeeded(wanted, "storage");
}

/** Whether any wanted property shows what was granted to whom. */
export function needsGrants(wanted: PropertyRequest): boolean {
  if (wanted.kind === "propname") return true;
  return isNeeded(wanted, "grants");
}

/** The DAV:response that answers a property request about one resource. */
export function propertyResponse(
  resource: Resource,
  wanted: PropertyRequest,
  context: PropertyContext,
): Element {
  return propstatResponse(hrefOf(resource), propstats(resource, wanted, context));
}

function propstats(
  resource: Resource,
  wanted: PropertyRequest,
  context: PropertyContext,
): Propstat[] {
  if (wanted.kind === "propname") return [{ status: 200, properties: names(resource, context) }];
  const found: Node[] = wanted.kind === "allprop" ? everything(resource, context) : [];
  const missing: Node[] = [];
  const hidden: Node[] = [];
  for (const requested of wanted.elements) {
    const value = propertyValue(resource, requested, context);
    if (isHidden(resource, requested.name, context)) hidden.push(el(requested.name));
    else if (value === null) missing.push(el(requested.name));
    else found.push(value);
  }
  return groupedPropstats({ found, missing: wanted.minimal ? [] : missing, hidden });
}

/** The propstats of properties that are there, are not, and may not be seen. */
export function groupedPropstats(values: {
  readonly found: readonly Node[];
  readonly missing: readonly Node[];
  readonly hidden: readonly Node[];
}): Propstat[] {
  const refused: Propstat[] = [
    { status: 403, properties: values.hidden, condition: "need-privileges" as const },
    { status: 404, properties: values.missing },
  ].filter(({ properties }) => properties.length > 0);
  if (values.found.length === 0 && refused.length > 0) return refused;
  return [{ status: 200, properties: values.found }, ...refused];
}

/** Whether the user lacks the privilege that a property demands of who reads it. */
export function isHidden(resource: Resource, name: QName, { user }: PropertyContext): boolean {
  const live = LIVE_PROPERTIES.get(name);
  if (live === undefined || live.privilege === null || !live.on.has(resource.kind)) return false;
  return !privilegesOn(resource, user.id).has(live.privilege);
}

/** The element of a property with its value, or null when the resource has none of that name. */
export function propertyValue(
  resource: Resource,
  requested: Element,
  context: PropertyContext,
): Node | null {
  const { name } = requested;
  const stored = storedValue(resource, name);
  const live = LIVE_PROPERTIES.get(name);
  if (live === undefined || !live.on.has(resource.kind)) return stored;
  if (live.settable === "always" && stored !== null) return stored;
  const content = live.get(resource, context, requested);
  return content && el(name, content);
}

function storedValue(resource: Resource, name: QName): Node | null {
  const stored = storedProperties(resource);
  return Object.hasOwn(stored, name) ? { raw: stored[name] ?? "" } : null;
}

function everything(resource: Resource, context: PropertyContext): Node[] {
  const live = [...LIVE_PROPERTIES.values()]
    .filter((property) => property.allprop)
    .map((property) => propertyValue(resource, el(property.name), context));
  const dead = Object.keys(storedProperties(resource))
    .filter((name) => !LIVE_PROPERTIES.get(name)?.on.has(resource.kind))
    .map((name) => storedValue(resource, name));
  return [...live, ...dead].filter((value) => value !== null);
}

function names(resource: Resource, context: PropertyContext): Node[] {
  const live = [...LIVE_PROPERTIES.keys()].filter(
    (name) =>
      !isHidden(resource, name, context) && propertyValue(resource, el(name), context) !== null,
  );
  const all = new Set([...live, ...Object.keys(storedProperties(resource))]);
  return [...all].map((name) => el(name));
}
