import type { Answer } from "../egress/index.ts";
import type { Outcome } from "../transport.ts";

/** Seconds to leave a service alone that asks for time without saying how much. */
const THROTTLED = 60;

const WORDS: Readonly<Record<number, string>> = {
  400: "the push service finds the request wrong",
  401: "the push service does not accept the server's key",
  403: "the push service does not accept the server's key for this subscription",
  413: "the push service finds the message too long",
  429: "the push service asks for fewer pushes",
  503: "the push service is not available",
  507: "the push service has no room: is the device's app connected?",
};

function describe(status: number): string {
  const redirected = status >= 300 && status < 400 ? "redirects are not followed" : undefined;
  return `${status}: ${WORDS[status] ?? redirected ?? "the push service failed"}`;
}

/**
 * What an answer to a push means (RFC 8030 sections 5, 7 and 8; the words and statuses of ntfy, autopush and FCM).
 *
 * @param sentAt when the push was sent
 */
export function outcomeOf(answer: Answer, sentAt: Date): Outcome {
  if (answer.kind === "refused") return { kind: "retry", error: answer.error };
  if (answer.kind === "failed") return { kind: "retry", error: answer.error, origin: true };
  const { status, retryAfter } = answer;
  const error = describe(status);
  if (status >= 200 && status < 300) return { kind: "delivered" };
  if (status === 404 || status === 410)
    return { kind: "gone", error: `${status}: the subscription ended`, since: sentAt };
  if (status === 413) return { kind: "dropped", error };
  if (status === 429 || status === 503)
    return { kind: "retry", error, after: retryAfter ?? THROTTLED, origin: true };
  return { kind: "retry", error, ...(retryAfter !== null && { after: retryAfter }) };
}
