import { DavError, type ConditionName } from "./errors.ts";
import type { Propstat } from "./multistatus.ts";
import { LIVE_PROPERTIES } from "./properties/index.ts";
import type { LiveProperty, PropertyContext } from "./properties/property.ts";
import type { ResourceKind } from "./resource.ts";
import type { PropertyChanges, StoredProperties } from "./store.ts";
import { child, el, elements, serialize, type Element } from "./xml/element.ts";
import { serializeAsWritten } from "./xml/as-written.ts";
import { dav, type QName } from "./xml/names.ts";
import { withLanguage } from "./xml/parse.ts";

/** One property that a client sets (`value`) or removes (null), in the order of the request. */
export interface PropertyInstruction {
  readonly name: QName;
  readonly value: Element | null;
}

const MAX_INSTRUCTIONS = 500;
const MAX_VALUE_BYTES = 128 * 1024;
/** Bytes that all properties take that clients set on one resource. */
const MAX_STORED_BYTES = 1024 * 1024;

/**
 * Reads DAV:set and DAV:remove below the root of PROPPATCH, MKCOL or MKCALENDAR (RFC 4918 section 14.19).
 *
 * @throws DavError 400 for more than 500 properties
 */
export function readInstructions(root: Element): PropertyInstruction[] {
  const instructions = elements(root).flatMap((action) => {
    const prop = child(action, dav("prop"));
    if (prop === undefined) return [];
    const isSet = action.name === dav("set");
    if (!isSet && action.name !== dav("remove")) return [];
    return elements(prop).map((property) => ({
      name: property.name,
      value: isSet ? withLanguage(property, [root, action, prop]) : null,
    }));
  });
  if (instructions.length > MAX_INSTRUCTIONS) {
    throw new DavError(400, `more than ${MAX_INSTRUCTIONS} properties are changed`);
  }
  return instructions;
}

interface Verdict {
  readonly name: QName;
  readonly status: number;
  readonly condition: ConditionName | undefined;
  /** The serialized value to store; null removes; undefined leaves storage alone. */
  readonly value: string | null | undefined;
}

/** What an update would do: the changes to store, or why nothing may be. */
export interface PlannedUpdate {
  readonly ok: boolean;
  readonly changes: PropertyChanges;
  readonly propstats: readonly Propstat[];
}

/**
 * Decides an update of properties, all or nothing (RFC 4918 section 9.2).
 *
 * @param stored the properties that the resource has so far; null when it is being made, when more can be set
 * @throws DavError 507 when it would have too many
 */
export function planUpdate(
  instructions: readonly PropertyInstruction[],
  kind: ResourceKind,
  stored: StoredProperties | null,
  context: PropertyContext,
): PlannedUpdate {
  const verdicts = instructions.map((each) => judge(each, kind, stored === null, context));
  const ok = verdicts.every(({ status }) => status === 200);
  const entries = verdicts.flatMap(({ name, value }) => {
    if (value === undefined) return [];
    const twin = LIVE_PROPERTIES.get(name)?.twin ?? null;
    return [...(twin === null ? [] : [[twin, null] as const]), [name, value] as const];
  });
  const changes: PropertyChanges = ok ? Object.fromEntries(entries) : {};
  checkSum({ ...stored, ...changes });
  return { ok, changes, propstats: report(verdicts, ok) };
}

/** What clients set does not count towards the quota, so it is limited by itself. */
function checkSum(properties: PropertyChanges): void {
  const bytes = Object.entries(properties)
    .filter(([, value]) => value !== null)
    .reduce((sum, [name, value]) => sum + name.length + Buffer.byteLength(value ?? ""), 0);
  if (bytes <= MAX_STORED_BYTES) return;
  throw new DavError(507, `the properties of a resource take at most ${MAX_STORED_BYTES} bytes`);
}

function judge(
  { name, value }: PropertyInstruction,
  kind: ResourceKind,
  creating: boolean,
  context: PropertyContext,
): Verdict {
  const live = LIVE_PROPERTIES.get(name);
  if (live !== undefined && !isSettable(live, kind, creating)) {
    return refusal(name, 403, "cannot-modify-protected-property");
  }
  try {
    if (value !== null && live?.on.has(kind)) live.check(value, context);
    if (creating && live?.settable === "creation") return accepted(name, undefined);
    return accepted(name, value && toStored(value, live === undefined));
  } catch (error) {
    if (error instanceof DavError) return refusal(name, error.status, error.condition);
    throw error;
  }
}

/** A name that is live elsewhere is a dead property here, unless it is one that only the server sets. */
function isSettable(live: LiveProperty, kind: ResourceKind, creating: boolean): boolean {
  if (live.settable === "always") return true;
  return live.settable === "creation" && (creating || !live.on.has(kind));
}

/** Dead properties keep their prefixes. */
function toStored(value: Element, isDead: boolean): string {
  const serialized = isDead ? serializeAsWritten(value) : serialize(value);
  if (Buffer.byteLength(serialized) > MAX_VALUE_BYTES) {
    throw new DavError(507, `a property has at most ${MAX_VALUE_BYTES} bytes`);
  }
  return serialized;
}

function accepted(name: QName, value: string | null | undefined): Verdict {
  return { name, status: 200, condition: undefined, value };
}

function refusal(name: QName, status: number, condition: ConditionName | undefined): Verdict {
  return { name, status, condition, value: undefined };
}

/** When one property is refused, those that would have been set say 424 (RFC 4918 section 11.4). */
function report(verdicts: readonly Verdict[], ok: boolean): Propstat[] {
  const groups = new Map<string, { status: number; condition?: ConditionName; names: QName[] }>();
  for (const { name, status, condition } of verdicts) {
    const shown = !ok && status === 200 ? 424 : status;
    const key = `${shown} ${condition}`;
    const group = groups.get(key) ?? { status: shown, ...(condition && { condition }), names: [] };
    group.names.push(name);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ names, ...rest }) => ({
    ...rest,
    properties: [...new Set(names)].map((name) => el(name)),
  }));
}
