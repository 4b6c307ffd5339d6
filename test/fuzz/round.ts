import { compareBodies } from "../support/facts.ts";
import { Placeholders } from "../support/placeholders.ts";
import type { Transcript } from "../support/transcript.ts";
import type { Answer } from "./client.ts";
import type { Corpus } from "./corpus.ts";
import { mutateRequest, type FuzzedRequest } from "./mutate-request.ts";
import type { Random } from "./random.ts";

/** Sends a request and judges its answer; null when there was none. */
export type Try = (request: FuzzedRequest) => Promise<Answer | null>;

/** Most transcripts played in one round: what they leave behind is what later requests meet. */
const TRANSCRIPTS = 4;

/**
 * Plays a few transcripts, with changed requests in between: what was made, locked and granted makes the changed
 * ones go further than they would on an empty account.
 */
export async function playRound(
  corpus: Corpus,
  random: Random,
  host: string,
  attempt: Try,
): Promise<void> {
  const placeholders = new Placeholders({ host });
  const fill = (request: FuzzedRequest): FuzzedRequest => ({
    ...request,
    target: placeholders.fill(request.target),
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, placeholders.fill(value)]),
    ),
    body: placeholders.fill(request.body),
  });
  for (let left = TRANSCRIPTS; left > 0; left--) {
    const { exchanges } = random.pick(corpus.transcripts);
    for (const exchange of exchanges) {
      const { method, target, user, body } = exchange;
      const request = { method, target, user, headers: Object.fromEntries(exchange.headers), body };
      if (random.chance(0.7)) capture(exchange, await attempt(fill(request)), placeholders);
      for (let times = 1 + random.below(4); times > 0; times--) {
        await attempt(fill(mutateRequest(request, random, corpus)));
      }
    }
  }
}

/** Takes from an answer what later requests of the transcript need, such as the token of a lock. */
function capture(
  { expectedHeaders, expectedBody }: Transcript["exchanges"][number],
  answer: Answer | null,
  placeholders: Placeholders,
): void {
  if (answer === null) return;
  for (const [name, expected] of expectedHeaders) {
    placeholders.match(expected, answer.headers.get(name));
  }
  const isXml = expectedBody.startsWith("<") && answer.body.trimStart().startsWith("<");
  if (isXml) compareBodies(expectedBody, answer.body, { partial: true, placeholders });
}
