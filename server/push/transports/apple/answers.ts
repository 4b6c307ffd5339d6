/** What APNs said to one request. */
export interface Answer {
  readonly status: number;
  /** The reason in the body, or "" when there is none. */
  readonly reason: string;
  /** With status 410: since when the token is not valid. */
  readonly timestamp: Date | null;
  /** Seconds, from Retry-After. */
  readonly retryAfter: number | null;
}

/**
 * What to do about an answer:
 * - `delivered`, `dropped`, `stale`, `retry`: the outcome of that name
 * - `gone`: the token ended at the timestamp
 * - `bad-token`: the token never was valid here
 * - `throttle`: leave this token alone for a while
 * - `later`: the service is in trouble; retry on a new connection
 * - `suspend`: the credential is refused; stop sending with it
 * - `renew`: sign a new provider token and send again
 * - `reconnect`: send again on a new connection
 * - `fill`: send again with an `aps` member
 * - `pause`: leave the service alone for a while
 */
export type Reaction =
  | "delivered"
  | "dropped"
  | "stale"
  | "gone"
  | "bad-token"
  | "throttle"
  | "later"
  | "suspend"
  | "renew"
  | "reconnect"
  | "fill"
  | "pause";

/** By reason, where that decides more than the status. "Handling notification responses from APNs", Apple. */
const BY_REASON: Readonly<Record<string, Reaction>> = {
  BadDeviceToken: "bad-token",
  DeviceTokenNotForTopic: "stale",
  BadTopic: "suspend",
  TopicDisallowed: "suspend",
  MissingTopic: "suspend",
  PayloadEmpty: "fill",
  IdleTimeout: "reconnect",
  ExpiredProviderToken: "renew",
  UnrelatedKeyIdInToken: "reconnect",
  TooManyProviderTokenUpdates: "pause",
};

function byStatus(status: number): Reaction {
  if (status === 200) return "delivered";
  if (status === 403) return "suspend";
  if (status === 410) return "gone";
  if (status === 429) return "throttle";
  return status >= 500 ? "later" : "dropped";
}

/** What to do about an answer; an unknown reason is treated by its status. */
export function reactionTo(answer: Answer): Reaction {
  return (answer.status === 200 ? undefined : BY_REASON[answer.reason]) ?? byStatus(answer.status);
}

/** What a reaction says to whoever asks why a device was not told. */
const WORDS: Readonly<Record<Reaction, string>> = {
  delivered: "Apple has the push",
  dropped: "Apple finds the push wrong",
  stale: "the device is registered for another topic; it must subscribe again",
  gone: "the device is not registered any more",
  "bad-token": "Apple does not know the device; is the environment right?",
  throttle: "Apple asks for fewer pushes to this device",
  later: "Apple's service is in trouble",
  suspend: "Apple refuses the credential",
  renew: "Apple finds the provider token too old",
  reconnect: "Apple wants a new connection",
  fill: "Apple wants an aps member in the payload",
  pause: "Apple asks for time",
};

/** Status and reason, as Apple's documentation lists them. */
export function codeOf({ status, reason }: Answer): string {
  return `${status} ${reason}`.trim();
}

/** An answer in words that an operator understands. */
export function describe(answer: Answer): string {
  return `${codeOf(answer)}: ${WORDS[reactionTo(answer)]}`;
}

function seconds(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) : null;
}

/** Reads `{"reason": …, "timestamp": …}` from an answer's body, or from the debug data of a GOAWAY. */
export function parseReason(body: string): { reason: string; timestamp: Date | null } {
  try {
    const parsed: unknown = JSON.parse(body);
    const fields = new Map(Object.entries(parsed ?? {}));
    const [reason, timestamp] = [fields.get("reason"), fields.get("timestamp")];
    return {
      reason: typeof reason === "string" ? reason : "",
      timestamp: typeof timestamp === "number" ? new Date(timestamp) : null,
    };
  } catch {
    return { reason: "", timestamp: null };
  }
}

/** An answer from its status, Retry-After header and body. */
export function parseAnswer(status: number, retryAfter: string | undefined, body: string): Answer {
  return { status, ...parseReason(body), retryAfter: seconds(retryAfter) };
}
