import type { Logger } from "pino";
import type { HomeKind } from "../../../../dav/store.ts";
import type { Outcome } from "../../transport.ts";
import { type Answer, codeOf, describe, type Reaction, reactionTo } from "./answers.ts";
import type { Connection } from "./connection.ts";
import type { Credential } from "./credential.ts";
import type { Gate } from "./gate.ts";
import type { ProviderTokens } from "./provider-token.ts";

/** Seconds to leave one token, the whole service, or a refused credential alone. */
const THROTTLED = 300;
const PAUSED = 60;
const SUSPENDED = 3600;

/** So many unknown tokens without one success between: the environment is wrong, not the tokens. */
const BAD_TOKENS_IN_A_ROW = 10;

/** What a sender remembers from one push to the next. */
export interface SenderState {
  readonly home: HomeKind;
  readonly gate: Gate;
  readonly tokens: ProviderTokens;
  readonly log: Logger;
  /** Whether payloads carry an aps member. */
  aps: boolean;
  badTokens: number;
}

/** One answered push. */
export interface Exchanged {
  readonly answer: Answer;
  readonly credential: Credential;
  readonly connection: Connection;
  readonly sentAt: Date;
}

/** Stops sending with a credential until it is replaced, trying again each hour. Deliveries wait. */
function suspend(state: SenderState, exchanged: Exchanged, problem: string): Outcome {
  const { credential, connection } = exchanged;
  const error = `APNs refuses the credential for ${state.home}: ${problem}`;
  if (state.gate.isOpen(credential))
    state.log.error({ topic: credential.topic }, `${error}; sending stops for an hour`);
  state.gate.close(credential, SUSPENDED);
  connection.retire();
  return { kind: "held", error };
}

function endUnknownToken(state: SenderState, exchanged: Exchanged): Outcome {
  state.badTokens += 1;
  if (state.badTokens < BAD_TOKENS_IN_A_ROW)
    return { kind: "gone", error: describe(exchanged.answer), since: exchanged.sentAt };
  return suspend(state, exchanged, "it knows none of the tokens; is the environment right?");
}

function renewToken(state: SenderState, exchanged: Exchanged): Outcome | null {
  const { signer } = exchanged.credential;
  if (signer && state.tokens.renew(signer)) return null;
  const problem = `${codeOf(exchanged.answer)} for a token just signed; is the clock right?`;
  return suspend(state, exchanged, problem);
}

function fillPayload(state: SenderState, { answer }: Exchanged): Outcome | null {
  if (state.aps) return { kind: "dropped", error: describe(answer) };
  state.aps = true;
  state.log.warn("APNs wants an aps member in payloads; sending it from now on");
  return null;
}

/** What each reaction does; null sends again at once. */
const EFFECTS: Readonly<
  Record<Reaction, (state: SenderState, exchanged: Exchanged) => Outcome | null>
> = {
  delivered: (state) => {
    state.badTokens = 0;
    return { kind: "delivered" };
  },
  dropped: (_, { answer }) => ({ kind: "dropped", error: describe(answer) }),
  stale: (_, { answer }) => ({ kind: "stale", error: describe(answer) }),
  gone: (_, { answer, sentAt }) => ({
    kind: "gone",
    error: describe(answer),
    since: answer.timestamp ?? sentAt,
  }),
  "bad-token": endUnknownToken,
  throttle: (_, { answer }) => ({
    kind: "retry",
    error: describe(answer),
    after: answer.retryAfter ?? THROTTLED,
  }),
  later: (_, { answer, connection }) => {
    connection.retire();
    const after = answer.retryAfter === null ? {} : { after: answer.retryAfter };
    return { kind: "retry", error: describe(answer), ...after };
  },
  suspend: (state, exchanged) => suspend(state, exchanged, codeOf(exchanged.answer)),
  renew: renewToken,
  reconnect: (_, { connection }) => {
    connection.retire();
    return null;
  },
  fill: fillPayload,
  pause: (state, { answer, credential }) => {
    state.gate.close(credential, answer.retryAfter ?? PAUSED);
    return { kind: "held", error: describe(answer) };
  },
};

/** Draws the consequences of an answer. Returns the outcome of the push, or null to send it again at once. */
export function react(state: SenderState, exchanged: Exchanged): Outcome | null {
  return EFFECTS[reactionTo(exchanged.answer)](state, exchanged);
}
