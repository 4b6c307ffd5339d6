import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import {
  Agent as PlainAgent,
  request as plainRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from "node:http";
import { Agent, request } from "node:https";
import { createSecureContext, rootCertificates } from "node:tls";
import type { Network } from "../../config/values.ts";
import { errorCode, errorMessage, Failure } from "../../failure.ts";
import { isPublic, withinNetworks } from "./addresses.ts";
import { allowedFor, readEndpoint, type Vetting } from "./endpoint.ts";
import { NotPublicError, vettedLookup, type Resolve } from "./lookup.ts";
import { retryAfter } from "./retry-after.ts";

export interface EgressOptions {
  /** Where pushes may go though it is not public, without encryption too. */
  readonly networks: readonly Network[];
  /** File of CA certificates to trust beside the usual ones, or null. */
  readonly ca: string | null;
  readonly clock: () => Date;
  /** Milliseconds for one request from its first try to connect to the end of the answer. */
  readonly timeout?: number;
  readonly resolve?: Resolve;
}

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Get {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The longest body that is read, in bytes. */
  readonly maxBytes: number;
}

interface Answered {
  readonly kind: "answered";
  readonly status: number;
  /** Seconds to wait, if the service named a time. */
  readonly retryAfter: number | null;
}

type Unanswered =
  /** Nothing is sent there, and nothing was. */
  | { readonly kind: "refused"; readonly error: string }
  /** No answer came, or not all of it. */
  | { readonly kind: "failed"; readonly error: string };

/** What came of a request. */
export type Answer = Answered | Unanswered;

/** What was read. */
export type Fetched =
  | (Answered & { readonly headers: IncomingHttpHeaders; readonly body: Buffer })
  | Unanswered;

/**
 * The one way out to addresses that clients named. It connects to public addresses only, those it checked, over TLS to
 * the name, follows no redirect, sends no cookie, and reads no more of an answer than it must.
 */
export interface Egress {
  /** The URL, or in words why nothing will be sent there. */
  check(url: string): URL | string;
  /** Never rejects. */
  post(post: Post): Promise<Answer>;
  /** Reads something whole, or says why not. Never rejects. */
  get(get: Get): Promise<Fetched>;
  /** Ends idle connections. */
  close(): void;
}

const TIMEOUT = 20_000;
const MAX_ANSWER = 16_384;

/** Connections to one origin, and in all. All to an origin are kept for a while: a handshake costs more than a message. */
const SOCKETS = { maxSockets: 25, maxTotalSockets: 400, maxFreeSockets: 25 };

const resolveAll: Resolve = (name) => lookup(name, { all: true });

function createVetting(networks: readonly Network[]): Vetting {
  const mayConnectPlainly = withinNetworks(networks);
  return {
    mayConnectPlainly,
    mayConnect: (address) => isPublic(address) || mayConnectPlainly(address),
  };
}

/** Reads an answer to its end, or cuts the connection where it gets too long. */
async function drain(answer: IncomingMessage): Promise<object> {
  let read = 0;
  try {
    for await (const chunk of answer) {
      read += (chunk as Buffer).length;
      if (read > MAX_ANSWER) answer.destroy();
    }
  } catch {
    // The status has been read, and that is what counts.
  }
  return {};
}

/** Reads an answer whole. @throws Error when it is longer than it may be */
async function readWhole(answer: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let read = 0;
  for await (const chunk of answer) {
    chunks.push(chunk as Buffer);
    read += (chunk as Buffer).length;
    if (read > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`);
  }
  return Buffer.concat(chunks);
}

/** What an error on the way means. */
function unanswered(error: unknown): Unanswered {
  if (error instanceof NotPublicError) return { kind: "refused", error: error.message };
  const late =
    error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
  const words = errorMessage(error) || errorCode(error) || "no connection";
  return { kind: "failed", error: late ? "no answer in time" : words };
}

function readTrusted(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Failure(`PUSHDAV_PUSH_CA must be a PEM file (${errorMessage(error)})`);
  }
}

function createAgents(ca: string | null) {
  const trusted = ca === null ? {} : { ca: [...rootCertificates, readTrusted(ca)] };
  const kept = { keepAlive: true, timeout: 30_000, scheduling: "lifo", ...SOCKETS } as const;
  // One for all connections: to read a hundred roots again for each cost twenty milliseconds.
  const secureContext = createSecureContext({ ...trusted, minVersion: "TLSv1.2" });
  return { agent: new Agent({ ...kept, secureContext }), plainAgent: new PlainAgent(kept) };
}

/** Opens the way out. */
export function createEgress(options: EgressOptions): Egress {
  const { networks, ca, clock, timeout = TIMEOUT, resolve = resolveAll } = options;
  const vetting = createVetting(networks);
  const { agent, plainAgent } = createAgents(ca);

  function send(
    url: URL,
    method: "GET" | "POST",
    headers: Post["headers"],
    body?: Uint8Array,
  ): Promise<IncomingMessage> {
    const plain = url.protocol === "http:";
    const { promise, resolve: answered, reject } = Promise.withResolvers<IncomingMessage>();
    const sent = (plain ? plainRequest : request)(url, {
      method,
      headers: { ...headers, ...(body && { "content-length": body.length }) },
      agent: plain ? plainAgent : agent,
      lookup: vettedLookup(resolve, allowedFor(url, vetting)),
      signal: AbortSignal.timeout(timeout),
    });
    sent.once("response", answered);
    sent.on("error", reject);
    sent.end(body);
    return promise;
  }

  const check = (url: string) => readEndpoint(url, vetting, networks.length > 0);

  async function ask<Read extends object>(
    target: string,
    sendTo: (url: URL) => Promise<IncomingMessage>,
    read: (answer: IncomingMessage) => Promise<Read>,
  ): Promise<(Answered & Read) | Unanswered> {
    const url = check(target);
    if (typeof url === "string") return { kind: "refused", error: `the URL ${url}` };
    try {
      const answer = await sendTo(url);
      const status = answer.statusCode ?? 0;
      const after = retryAfter(answer.headers["retry-after"], clock());
      return { kind: "answered", status, retryAfter: after, ...(await read(answer)) };
    } catch (error) {
      return unanswered(error);
    }
  }

  return {
    check,
    post: ({ url, headers, body }) => ask(url, (to) => send(to, "POST", headers, body), drain),
    get: ({ url, headers, maxBytes }) =>
      ask(
        url,
        (to) => send(to, "GET", headers),
        async (answer) => {
          return { headers: answer.headers, body: await readWhole(answer, maxBytes) };
        },
      ),
    close() {
      agent.destroy();
      plainAgent.destroy();
    },
  };
}
