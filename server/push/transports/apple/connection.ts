import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from "node:http2";
import type { SecureContextOptions } from "node:tls";
import { type Answer, parseAnswer, parseReason } from "./answers.ts";

const { NGHTTP2_CANCEL, NGHTTP2_REFUSED_STREAM } = constants;

const MAX_ANSWER = 4096;

export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: SecureContextOptions;
  /** Whether to have one request answered before sending others, as Apple asks of token connections. */
  readonly oneFirst: boolean;
  /** Milliseconds for connecting, for a PING, and for a request, its waiting for a free stream included. */
  readonly timeout: number;
  /** Milliseconds after which an unused connection is tried with a PING before use: its path may be dead. */
  readonly idle: number;
  readonly onGoaway: (reason: string) => void;
}

/**
 * How a request ended: an answer; `refused`, surely not processed, to be sent again on another connection; or
 * `failed`, perhaps processed.
 */
export type Exchange =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "refused" }
  | { readonly kind: "failed"; readonly error: string };

const REFUSED: Exchange = { kind: "refused" };

/** Resolves when the service's SETTINGS are known: only then may streams be opened without exceeding them. */
async function opened(session: ClientHttp2Session, timeout: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error("no answer while connecting")), timeout);
  session.once("remoteSettings", () => resolve());
  session.once("error", reject);
  // A certificate that TLS 1.3 refuses after the handshake is an error of the socket alone.
  session.once("connect", (_, socket) => socket.once("error", reject));
  session.once("close", () => reject(new Error("connection closed while connecting")));
  try {
    await promise;
  } catch (error) {
    session.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Collects the answer of a stream. A stream that ends without a status has failed. */
function collect(stream: ClientHttp2Stream): Promise<Exchange> {
  const { promise, resolve } = Promise.withResolvers<Exchange>();
  let status = 0;
  let retryAfter: string | undefined;
  let body = "";
  let error = "connection lost";
  stream.setEncoding("utf8");
  stream.on("response", (headers) => {
    const value = headers["retry-after"];
    status = Number(headers[":status"]);
    retryAfter = typeof value === "string" ? value : undefined;
  });
  stream.on("data", (chunk: string) => {
    if (body.length < MAX_ANSWER) body += chunk;
  });
  stream.on("error", (cause: Error) => {
    error = cause.message;
  });
  stream.on("close", () => {
    if (status > 0) resolve({ kind: "answer", answer: parseAnswer(status, retryAfter, body) });
    else if (stream.rstCode === NGHTTP2_REFUSED_STREAM) resolve(REFUSED);
    else resolve({ kind: "failed", error });
  });
  return promise;
}

function ping(session: ClientHttp2Session, timeout: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), timeout);
  session.ping((error) => resolve(error === null));
  return promise.finally(() => clearTimeout(timer));
}

/** One HTTP/2 connection to APNs. */
export class Connection {
  readonly #session: ClientHttp2Session;
  readonly #options: ConnectionOptions;
  /** How many requests have no answer yet. */
  #open = 0;
  #retired = false;
  #usedAt = Date.now();
  /** The request that others wait for, while none has been answered. */
  #first: Promise<Exchange> | null = null;
  #proven: boolean;

  constructor(session: ClientHttp2Session, options: ConnectionOptions) {
    this.#session = session;
    this.#options = options;
    this.#proven = !options.oneFirst;
    // nghttp2 itself ends the streams that a GOAWAY excludes, with REFUSED_STREAM.
    session.on("goaway", (_code: number, _lastStream: number, data?: Buffer) => {
      options.onGoaway(parseReason(data?.toString("utf8") ?? "").reason);
      this.retire();
    });
    session.on("error", () => this.retire());
    session.on("close", () => this.retire());
  }

  /** False once it takes no new requests. */
  usable(): boolean {
    return !this.#retired && !this.#session.closed && !this.#session.destroyed;
  }

  /** Never rejects. */
  async request(headers: OutgoingHttpHeaders, body: string): Promise<Exchange> {
    if (!(await this.#alive())) return REFUSED;
    while (this.#first && !this.#proven) await this.#first;
    if (!this.usable()) return REFUSED;
    const exchanged = this.#exchange(headers, body);
    if (this.#proven) return exchanged;
    this.#first = exchanged.finally(() => {
      this.#first = null;
    });
    return this.#first;
  }

  /** Takes no new requests and closes when the open ones have ended, at the latest after the timeout. */
  retire(): void {
    if (this.#retired) return;
    this.#retired = true;
    if (!this.#session.closed) this.#session.close();
    const timer = setTimeout(() => this.#session.destroy(), this.#options.timeout);
    timer.unref();
  }

  async #exchange(headers: OutgoingHttpHeaders, body: string): Promise<Exchange> {
    const { timeout } = this.#options;
    const stream = this.#session.request(headers);
    const ended = Promise.withResolvers<Exchange>();
    const timer = setTimeout(() => {
      ended.resolve({ kind: "failed", error: `no answer within ${timeout / 1000} s` });
      stream.close(NGHTTP2_CANCEL);
    }, timeout);
    this.#open += 1;
    void collect(stream).then(ended.resolve);
    stream.end(body);
    const exchange = await ended.promise;
    clearTimeout(timer);
    this.#open -= 1;
    this.#usedAt = Date.now();
    if (exchange.kind === "answer") this.#proven = true;
    return exchange;
  }

  async #alive(): Promise<boolean> {
    if (!this.usable()) return false;
    if (this.#open > 0 || Date.now() - this.#usedAt < this.#options.idle) return true;
    if (await ping(this.#session, this.#options.timeout)) return true;
    this.retire();
    this.#session.destroy();
    return false;
  }
}

/**
 * Opens a connection.
 *
 * @throws when that takes longer than the timeout, or the service refuses the certificate
 */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const { host, port, tls, timeout } = options;
  const session = connect(`https://${host}:${port}`, { ...tls, minVersion: "TLSv1.2" });
  await opened(session, timeout);
  return new Connection(session, options);
}
