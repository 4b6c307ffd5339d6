import type { Details } from "../push/transports/jmap/subscriptions.ts";
import { readReceiverKeys } from "../push/webpush/encrypt.ts";
import type { MethodContext } from "./api.ts";
import { SetError } from "./error.ts";
import { isObject, isTexts, type Json } from "./references.ts";

/** Days a subscription lasts at the most, and when the client does not say. */
const MOST_DAYS = 30;
const DEFAULT_DAYS = 7;
const DAY = 86_400_000;

/** The refusal of one property. */
export function invalid(property: string, why: string): SetError {
  return new SetError("invalidProperties", `${property} ${why}`, [property]);
}

/** The URL that messages go to. @throws SetError */
export function readUrl(
  value: Json | undefined,
  { checkUrl }: Pick<MethodContext, "checkUrl">,
): URL {
  const url = typeof value === "string" ? checkUrl(value) : "must be a URL";
  if (typeof url === "string") throw invalid("url", url);
  return url;
}

/** The keys of the receiver; null when messages are not to be encrypted. @throws SetError */
export function readKeys(value: Json | undefined): Details["keys"] {
  if (value === undefined || value === null) return null;
  const { p256dh, auth } = isObject(value) ? value : {};
  const isRight = typeof p256dh === "string" && typeof auth === "string";
  if (isRight && readReceiverKeys(p256dh, auth)) return { p256dh, auth };
  throw invalid("keys", "must be a point of P-256, uncompressed, and 16 octets, in base64url");
}

/** The types whose changes are told; null for all. @throws SetError */
export function readTypes(value: Json | undefined): Details["types"] {
  if (value === undefined || value === null) return null;
  const types = isTexts(value) ? value : [];
  const isRight = types.length > 0 && types.length <= 64;
  if (isRight && types.every((type) => /^\w{1,64}$/.test(type))) return types;
  throw invalid("types", "must be a list of type names, or null");
}

/** When the subscription ends: as asked for, within what the server allows. @throws SetError */
export function readExpires(value: Json | undefined, now: Date): Date {
  if (value === undefined || value === null) return new Date(now.getTime() + DEFAULT_DAYS * DAY);
  const isDate =
    typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);
  const wanted = isDate ? Date.parse(value) : Number.NaN;
  if (!(wanted > now.getTime())) throw invalid("expires", "must be a UTC date in the future");
  return new Date(Math.min(wanted, now.getTime() + MOST_DAYS * DAY));
}
