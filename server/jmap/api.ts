import type { AuthenticatedPrincipal } from "../auth/authenticator.ts";
import type { Pool } from "pg";
import { ALL_TYPES, readAccounts } from "../push/transports/jmap/states.ts";
import { MethodError, RequestError } from "./error.ts";
import { LIMITS } from "./limits.ts";
import { getPushSubscriptions, setPushSubscriptions } from "./push-subscription.ts";
import {
  isObject,
  withReferences,
  type Arguments,
  type Invocation,
  type Json,
} from "./references.ts";
import { CORE, DAV_PUSH, VAPID } from "./session.ts";

/** What a method may look at besides its arguments. */
export interface MethodContext {
  readonly pool: Pool;
  readonly principal: AuthenticatedPrincipal;
  readonly now: Date;
  readonly vapidKey: string;
  readonly userAgent: string;
  readonly address: string;
  /** A URL that messages can be sent to, or in words why not. */
  readonly checkUrl: (url: string) => URL | string;
  /** Whether the user may make one more subscription now. */
  readonly withinRate: (principalId: number) => boolean;
  /** What the request created so far, and created before as it says: ids by creation id. */
  readonly createdIds: Map<string, string>;
}

type JmapMethod = (args: Arguments, context: MethodContext) => Promise<Arguments>;

interface Declared {
  readonly capability: string;
  readonly run: JmapMethod;
}

/** DavState/get, ours: the states that StateChange tells, of one account. */
async function getStates(args: Arguments, { pool, principal }: MethodContext): Promise<Arguments> {
  const { accountId, ids = null } = args;
  if (typeof accountId !== "string") throw new MethodError("invalidArguments", "no accountId");
  const accounts = (await readAccounts(pool, [principal.id])).get(principal.id) ?? [];
  const account = accounts.find(({ id }) => id === accountId);
  if (!account) throw new MethodError("accountNotFound", "there is no such account");
  const wanted = ids === null ? ALL_TYPES : Array.isArray(ids) ? ids.map(String) : null;
  if (wanted === null) throw new MethodError("invalidArguments", "ids must be a list, or null");
  const known = wanted.filter((id) => Object.hasOwn(account.states, id));
  return {
    accountId,
    list: known.map((id) => ({ id, state: account.states[id] ?? "" })),
    notFound: wanted.filter((id) => !known.includes(id)),
  };
}

const METHODS: Readonly<Record<string, Declared>> = {
  "Core/echo": { capability: CORE, run: async (args) => args },
  "PushSubscription/get": { capability: CORE, run: getPushSubscriptions },
  "PushSubscription/set": { capability: CORE, run: setPushSubscriptions },
  "DavState/get": { capability: DAV_PUSH, run: getStates },
};

const CAPABILITIES: readonly Json[] = [CORE, VAPID, DAV_PUSH];

interface Call {
  readonly using: readonly Json[];
  readonly invocation: Invocation;
}

interface Request {
  readonly calls: readonly Call[];
  /** Null when the client does not want to know. */
  readonly createdIds: Readonly<Record<string, string>> | null;
}

/** Reads a Request object (RFC 8620 section 3.3). @throws RequestError */
function readRequest(body: Buffer): Request {
  const request = parse(body);
  const { using, methodCalls, createdIds = null } = isObject(request) ? request : {};
  if (!Array.isArray(using) || !Array.isArray(methodCalls)) {
    throw new RequestError("notRequest", "a request has using and methodCalls");
  }
  const unknown = (using as readonly Json[]).find((name) => !CAPABILITIES.includes(name));
  if (unknown !== undefined) {
    throw new RequestError("unknownCapability", `${JSON.stringify(unknown)} is not supported`);
  }
  const calls = methodCalls as readonly Json[];
  if (calls.length > LIMITS.maxCallsInRequest) {
    throw new RequestError("limit", "too many method calls", { limit: "maxCallsInRequest" });
  }
  return {
    calls: calls.map((call) => ({ using, invocation: readInvocation(call) })),
    createdIds: createdIds === null ? null : readCreatedIds(createdIds),
  };
}

function parse(body: Buffer): Json {
  try {
    const parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) as Json;
    if (isInterchangeable(parsed, MAX_DEPTH)) return parsed;
  } catch {
    // The same as for what is JSON but no I-JSON.
  }
  throw new RequestError("notJSON", `the request is no I-JSON nested up to ${MAX_DEPTH} deep`);
}

/** Deeper values could be read, but not written again. */
const MAX_DEPTH = 64;

/** Whether a value has none of what I-JSON forbids and JSON.parse takes (RFC 7493 section 2.1), and is not too deep. */
function isInterchangeable(value: Json, depth: number): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return (
    depth > 0 &&
    Object.entries(value).every(
      ([name, each]) => name.isWellFormed() && isInterchangeable(each, depth - 1),
    )
  );
}

function readCreatedIds(given: Json): Record<string, string> {
  const ids = isObject(given) ? Object.entries(given) : [["", null] as const];
  if (ids.every((entry): entry is [string, string] => typeof entry[1] === "string"))
    return Object.fromEntries(ids);
  throw new RequestError("notRequest", "createdIds maps creation ids to ids");
}

function readInvocation(call: Json): Invocation {
  const [name, args, callId, ...others] = Array.isArray(call) ? (call as readonly Json[]) : [];
  const isRight = typeof name === "string" && typeof callId === "string" && others.length === 0;
  if (isRight && isObject(args)) return [name, args, callId];
  throw new RequestError("notRequest", "a method call is a list of name, arguments and id");
}

/** What a Response object (RFC 8620 section 3.4) has besides the state of the session. */
interface Called {
  readonly methodResponses: readonly Invocation[];
  /** There when the request has it. */
  readonly createdIds?: Readonly<Record<string, string>>;
}

/** Carries out a Request object. @throws RequestError */
export async function callMethods(
  body: Buffer,
  surroundings: Omit<MethodContext, "createdIds">,
): Promise<Called> {
  const { calls, createdIds } = readRequest(body);
  const context = { ...surroundings, createdIds: new Map(Object.entries(createdIds ?? {})) };
  const answers: Invocation[] = [];
  for (const call of calls) answers.push(await callMethod(call, answers, context));
  const created = createdIds && { createdIds: Object.fromEntries(context.createdIds) };
  return { methodResponses: answers, ...created };
}

async function callMethod(
  { using, invocation: [name, args, callId] }: Call,
  answers: readonly Invocation[],
  context: MethodContext,
): Promise<Invocation> {
  try {
    const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
    if (!method || !using.includes(method.capability)) {
      throw new MethodError("unknownMethod", `there is no method ${name} in what is used`);
    }
    return [name, await method.run(withReferences(args, answers), context), callId];
  } catch (error) {
    if (!(error instanceof MethodError)) throw error;
    return ["error", { type: error.type, description: error.message }, callId];
  }
}
