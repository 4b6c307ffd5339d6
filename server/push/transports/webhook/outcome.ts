import type { Answer } from "../../egress/index.ts";
import type { Outcome } from "../../transport.ts";

/** Seconds to leave a receiver alone that asks for time without saying how much. */
const THROTTLED = 60;

/**
 * What an answer to a webhook means: 2xx is taken, 410 ends the webhook, and everything else is tried again later, for
 * receivers are restarted, misconfigured and mended.
 *
 * @param sentAt when the request was sent
 */
export function outcomeOf(answer: Answer, sentAt: Date): Outcome {
  if (answer.kind === "refused") return { kind: "retry", error: answer.error };
  if (answer.kind === "failed") return { kind: "retry", error: answer.error, origin: true };
  const { status, retryAfter } = answer;
  if (status >= 200 && status < 300) return { kind: "delivered" };
  if (status === 410) return { kind: "gone", error: "410: the receiver is gone", since: sentAt };
  const redirected = status >= 300 && status < 400 ? ": redirects are not followed" : "";
  const error = `the receiver answered ${status}${redirected}`;
  if (status === 429) return { kind: "retry", error, after: retryAfter ?? THROTTLED, origin: true };
  return { kind: "retry", error, ...(retryAfter !== null && { after: retryAfter }) };
}
