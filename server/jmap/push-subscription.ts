import { endSubscription } from "../push/subscriptions.ts";
import {
  createJmapSubscription,
  listJmapSubscriptions,
  updateJmapSubscription,
  type JmapSubscription,
} from "../push/transports/jmap/subscriptions.ts";
import { JMAP } from "../push/transport.ts";
import type { MethodContext } from "./api.ts";
import { MethodError, SetError } from "./error.ts";
import { LIMITS } from "./limits.ts";
import { invalid, readExpires, readKeys, readTypes, readUrl } from "./push-properties.ts";
import { isObject, isTexts, type Arguments, type Json } from "./references.ts";

/** Creations a user may make in a minute at one process: each sends a message to a URL of theirs. */
const PER_MINUTE = 10;

const READABLE: readonly string[] = [
  "id",
  "deviceClientId",
  "verificationCode",
  "expires",
  "types",
];
const SECRET = ["url", "keys"];

/** PushSubscription/get (RFC 8620 section 7.2.1). */
export async function getPushSubscriptions(
  args: Arguments,
  context: MethodContext,
): Promise<Arguments> {
  const ids = readIds(args["ids"]);
  const properties = readNames(args["properties"]);
  const { pool, principal, now } = context;
  const subscriptions = await listJmapSubscriptions(pool, principal, now);
  const found = subscriptions.filter(({ id }) => ids?.includes(id) ?? true);
  const known = new Set(subscriptions.map(({ id }) => id));
  return {
    list: found.map((subscription) => shown(subscription, properties)),
    notFound: (ids ?? []).filter((id) => !known.has(id)),
  };
}

function readIds(value: Json | undefined): readonly string[] | null {
  if (value === undefined || value === null) return null;
  if (!isTexts(value)) {
    throw new MethodError("invalidArguments", "ids must be a list of ids, or null");
  }
  if (value.length > LIMITS.maxObjectsInGet) {
    throw new MethodError("requestTooLarge", "too many ids");
  }
  return value;
}

function readNames(value: Json | undefined): readonly string[] {
  if (value === undefined || value === null) return READABLE;
  const names = isTexts(value) ? value : [""];
  if (names.some((name) => SECRET.includes(name))) {
    throw new MethodError("forbidden", "url and keys are never told");
  }
  if (!names.every((name) => READABLE.includes(name))) {
    throw new MethodError("invalidArguments", "properties names what there is not");
  }
  return ["id", ...names];
}

function shown(
  { id, expiresAt, details }: JmapSubscription,
  properties: readonly string[],
): Arguments {
  const all: Arguments = {
    id,
    deviceClientId: details.deviceClientId,
    verificationCode: details.verified ? details.code : null,
    expires: utcDate(expiresAt),
    types: details.types,
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => properties.includes(name)));
}

function utcDate(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** PushSubscription/set (RFC 8620 section 7.2.2). */
export async function setPushSubscriptions(
  args: Arguments,
  context: MethodContext,
): Promise<Arguments> {
  const create = Object.entries(readMap(args, "create"));
  const update = Object.entries(readMap(args, "update"));
  const destroy = readIds(args["destroy"]) ?? [];
  if (create.length + update.length + destroy.length > LIMITS.maxObjectsInSet) {
    throw new MethodError("requestTooLarge", "too many objects");
  }
  const [created, notCreated] = await forEach(create, (object) => createOne(object, context));
  for (const [name, one] of Object.entries(created)) context.createdIds.set(name, idOf(one));
  const byId = (id: string): string =>
    id.startsWith("#") ? (context.createdIds.get(id.slice(1)) ?? id) : id;
  const [updated, notUpdated] = await forEach(
    update.map(([id, patch]) => [byId(id), patch]),
    (patch, id) => updateOne(id, patch, context),
  );
  const [destroyed, notDestroyed] = await forEach(
    destroy.map((id) => [byId(id), {}]),
    (_, id) => destroyOne(id, context),
  );
  return {
    created,
    notCreated,
    updated,
    notUpdated,
    destroyed: Object.keys(destroyed),
    notDestroyed,
  };
}

function idOf(created: Json | undefined): string {
  const id = isObject(created) ? created["id"] : null;
  return typeof id === "string" ? id : "";
}

function readMap(args: Arguments, name: string): Readonly<Record<string, Arguments>> {
  const value = args[name] ?? {};
  if (isObject(value) && Object.values(value).every(isObject)) {
    return value as Readonly<Record<string, Arguments>>;
  }
  throw new MethodError("invalidArguments", `${name} must map ids to objects`);
}

/** Does something for each; gives the results, and the SetErrors. */
async function forEach(
  entries: readonly (readonly [string, Arguments])[],
  work: (object: Arguments, id: string) => Promise<Json>,
): Promise<[Record<string, Json>, Record<string, Json>]> {
  const done: Record<string, Json> = {};
  const failed: Record<string, Json> = {};
  for (const [id, object] of entries) {
    try {
      done[id] = await work(object, id);
    } catch (error) {
      if (!(error instanceof SetError)) throw error;
      failed[id] = error.toJSON() as Arguments;
    }
  }
  return [done, failed];
}

async function createOne(object: Arguments, context: MethodContext): Promise<Json> {
  const { pool, principal, now, vapidKey, userAgent, address, withinRate } = context;
  const known = ["deviceClientId", "url", "keys", "verificationCode", "expires", "types"];
  const unknown = Object.keys(object).find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(unknown, "is not a property of a PushSubscription");
  const { deviceClientId, verificationCode = null } = object;
  if (typeof deviceClientId !== "string" || !/^[^\0]{1,255}$/.test(deviceClientId)) {
    throw invalid("deviceClientId", "must be a text of 1 to 255 characters");
  }
  if (verificationCode !== null) throw invalid("verificationCode", "must be null at first");
  const given = {
    principalId: principal.id,
    appPassword: principal.appPassword ?? null,
    url: readUrl(object["url"], context),
    deviceClientId,
    keys: readKeys(object["keys"]),
    types: readTypes(object["types"]),
    expiresAt: readExpires(object["expires"], now),
    vapidKey,
    userAgent,
    address,
  };
  if (!withinRate(principal.id)) throw new SetError("rateLimit", `at most ${PER_MINUTE} a minute`);
  const recorded = await createJmapSubscription(pool, given, now);
  if (!("publicId" in recorded))
    throw new SetError("overQuota", "there are too many subscriptions");
  return { id: recorded.publicId, keys: null, expires: utcDate(given.expiresAt) };
}

/** @throws SetError notFound, also for one that was made with other credentials */
async function find(
  id: string,
  { pool, principal, now }: MethodContext,
): Promise<JmapSubscription> {
  const subscriptions = await listJmapSubscriptions(pool, principal, now);
  const found = subscriptions.find((candidate) => candidate.id === id);
  if (!found) throw new SetError("notFound", "there is no such subscription");
  return found;
}

async function updateOne(id: string, patch: Arguments, context: MethodContext): Promise<Json> {
  const { pool, principal, now } = context;
  const subscription = await find(id, context);
  const { verificationCode, expires, types, ...others } = patch;
  const [fixed] = Object.keys(others);
  if (fixed !== undefined) throw invalid(fixed, "cannot be changed");
  const { details } = subscription;
  if (verificationCode !== undefined && verificationCode !== details.code) {
    throw invalid("verificationCode", "is not the one that was sent");
  }
  const expiresAt = expires === undefined ? subscription.expiresAt : readExpires(expires, now);
  await updateJmapSubscription(pool, principal.id, {
    id,
    expiresAt,
    details: {
      ...details,
      verified: details.verified || verificationCode !== undefined,
      types: types === undefined ? details.types : readTypes(types),
    },
  });
  return expires === undefined || utcDate(expiresAt) === expires
    ? null
    : { expires: utcDate(expiresAt) };
}

async function destroyOne(id: string, context: MethodContext): Promise<Json> {
  const { pool, principal, now } = context;
  await find(id, context);
  await endSubscription(pool, { transport: JMAP, principalId: principal.id, publicId: id }, now);
  return null;
}

/** Counts creations by user in the present minute. @returns whether one more is within the rate */
export function creationRate(clock: () => Date): (principalId: number) => boolean {
  let minute = 0;
  const counts = new Map<number, number>();
  return (principalId) => {
    const present = Math.floor(clock().getTime() / 60_000);
    if (present !== minute) counts.clear();
    minute = present;
    const count = (counts.get(principalId) ?? 0) + 1;
    counts.set(principalId, count);
    return count <= PER_MINUTE;
  };
}
