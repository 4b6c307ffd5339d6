/**
 * A stand-in for APNs: HTTP/2 over TLS with client certificates from an authority of its own (or provider tokens),
 * answering as Apple documents, recording what came, and failing in every way on demand.
 */
import { createPublicKey, verify } from "node:crypto";
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { ExecutionContext } from "ava";
import { Authority } from "./certificates.ts";

/** How to treat one request; by default it is judged like Apple would. */
export type Script =
  | {
      readonly status: number;
      readonly reason?: string;
      readonly timestamp?: number;
      readonly retryAfter?: number;
    }
  /** Never answered. */
  | "hang"
  /** The connection is cut. */
  | "cut"
  /** RST_STREAM with REFUSED_STREAM. */
  | "refuse"
  /** GOAWAY that excludes this request, which stays without an answer. */
  | "goaway-before"
  /** GOAWAY, after which this request is still answered. */
  | "goaway-after";

/** One request as it came. */
export interface Received {
  readonly at: number;
  readonly token: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly payload: Record<string, unknown>;
  /** The UID of the client certificate. */
  readonly uid: string | undefined;
  /** Which connection it came on, counted from 1. */
  readonly connection: number;
  readonly script: Script | null;
}

export interface StandInOptions {
  readonly maxConcurrentStreams?: number;
  /** Milliseconds before each answer. */
  readonly delay?: number;
  /** PEM public key of provider tokens; given, no client certificate is asked for. */
  readonly providerKey?: string;
  readonly authority?: Authority;
  readonly port?: number;
}

function topicOf(stream: ServerHttp2Stream): string | undefined {
  const socket = stream.session?.socket;
  if (!(socket instanceof TLSSocket)) return undefined;
  const { subject } = socket.getPeerCertificate();
  const uid: unknown = subject ? Reflect.get(subject, "UID") : undefined;
  return typeof uid === "string" ? uid : undefined;
}

function parse(text: string): Record<string, unknown> {
  try {
    return { ...JSON.parse(text) };
  } catch {
    return {};
  }
}

/** What Apple would say to the request. */
function judge(received: Received, method: string | undefined): Script {
  const { headers, text, token, uid } = received;
  if (method !== "POST") return { status: 405, reason: "MethodNotAllowed" };
  if (!/^[0-9a-f]+$/.test(token)) return { status: 400, reason: "BadDeviceToken" };
  if (headers["apns-topic"] === undefined) return { status: 400, reason: "MissingTopic" };
  if (uid !== undefined && headers["apns-topic"] !== uid)
    return { status: 400, reason: "BadTopic" };
  if (text === "") return { status: 400, reason: "PayloadEmpty" };
  if (text.length > 4096) return { status: 413, reason: "PayloadTooLarge" };
  return { status: 200 };
}

/** Whether a provider token is signed with the key and younger than an hour. */
function checkBearer(header: string | undefined, key: string): Script | null {
  const [head = "", claims = "", signature = ""] = (header ?? "").replace("bearer ", "").split(".");
  const valid = verify(
    "sha256",
    Buffer.from(`${head}.${claims}`),
    { key: createPublicKey(key), dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  return valid ? null : { status: 403, reason: "InvalidProviderToken" };
}

export class ApnsStandIn {
  readonly authority: Authority;
  readonly received: Received[] = [];
  /** Answers for the next requests, in order. */
  readonly script: Script[] = [];
  /** Answers by token, before the script. */
  readonly byToken = new Map<string, Script>();
  connections = 0;
  pings = 0;
  /** The most streams that were open at once on any connection. */
  mostStreams = 0;
  port = 0;
  readonly #options: StandInOptions;
  readonly #server: Http2SecureServer;
  readonly #sessions = new Map<Http2Session, number>();
  readonly #sockets = new Set<Socket>();
  readonly #openStreams = new Map<Http2Session, number>();
  #waiting: (() => void)[] = [];

  private constructor(options: StandInOptions) {
    this.#options = options;
    this.authority = options.authority ?? new Authority("stand-in CA");
    const own = this.authority.issue({ subject: { CN: "localhost" }, localhost: true });
    const certified = options.providerKey === undefined;
    this.#server = createSecureServer({
      key: own.key,
      cert: own.certificate,
      ca: this.authority.certificate,
      requestCert: certified,
      rejectUnauthorized: certified,
      settings: { maxConcurrentStreams: options.maxConcurrentStreams ?? 100 },
    });
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("session", (session) => {
      this.connections += 1;
      this.#sessions.set(session, this.connections);
      session.on("error", () => {});
      session.on("ping", () => (this.pings += 1));
      session.on("close", () => this.#sessions.delete(session));
    });
    this.#server.on("stream", (stream, headers) => void this.#onStream(stream, headers));
    this.#server.on("sessionError", () => {});
    this.#server.on("tlsClientError", () => {});
  }

  /** Starts a stand-in that ends with the test. */
  static async start(
    t: Pick<ExecutionContext, "teardown">,
    options: StandInOptions = {},
  ): Promise<ApnsStandIn> {
    const standIn = new ApnsStandIn(options);
    await new Promise<void>((resolve) =>
      standIn.#server.listen(options.port ?? 0, "127.0.0.1", resolve),
    );
    standIn.port = (standIn.#server.address() as AddressInfo).port;
    t.teardown(() => standIn.stop());
    return standIn;
  }

  /** Requests that were answered 200. */
  get pushed(): Received[] {
    return this.received.filter(
      ({ script }) => typeof script === "object" && script?.status === 200,
    );
  }

  /** Resolves when so many requests have come in all. */
  async until(count: number, ms = 180_000): Promise<void> {
    const late = Date.now() + ms;
    while (this.received.length < count) {
      if (Date.now() > late)
        throw new Error(`${this.received.length} of ${count} requests after ${ms} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 50);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Asks all clients to use new connections, as before maintenance. */
  goaway(code: number = constants.NGHTTP2_NO_ERROR): void {
    for (const session of this.#sessions.keys())
      session.goaway(code, 2 ** 31 - 1, Buffer.from('{"reason":"Shutdown"}'));
  }

  /** Cuts every connection and takes no new ones; `start` on the same port to come back. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #onStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    const { session } = stream;
    if (!session) return;
    stream.on("error", () => {});
    this.#count(session, stream);
    const uid = topicOf(stream);
    const connection = this.#sessions.get(session) ?? 0;
    let text = "";
    stream.setEncoding("utf8");
    for await (const chunk of stream) text += String(chunk);
    const token = String(headers[":path"]).replace("/3/device/", "");
    const seen = { at: Date.now(), token, headers, text, payload: parse(text), uid, connection };
    const script = this.#decide({ ...seen, script: null }, headers[":method"]);
    this.received.push({ ...seen, script });
    for (const wake of this.#waiting.splice(0)) wake();
    if (this.#options.delay)
      await new Promise((resolve) => setTimeout(resolve, this.#options.delay));
    this.#perform(session, stream, script, headers["apns-id"]);
  }

  #count(session: Http2Session, stream: ServerHttp2Stream): void {
    const open = (this.#openStreams.get(session) ?? 0) + 1;
    this.#openStreams.set(session, open);
    this.mostStreams = Math.max(this.mostStreams, open);
    stream.on("close", () =>
      this.#openStreams.set(session, (this.#openStreams.get(session) ?? 1) - 1),
    );
  }

  #decide(received: Received, method: string | undefined): Script {
    const { providerKey } = this.#options;
    const refused =
      providerKey === undefined ? null : checkBearer(received.headers.authorization, providerKey);
    const judged = refused ?? judge(received, method);
    return this.byToken.get(received.token) ?? this.script.shift() ?? judged;
  }

  #perform(
    session: Http2Session,
    stream: ServerHttp2Stream,
    script: Script,
    id: string | string[] | undefined,
  ): void {
    if (stream.destroyed || script === "hang") return;
    if (script === "cut") session.socket.destroy();
    else if (script === "refuse") stream.close(constants.NGHTTP2_REFUSED_STREAM);
    else if (script === "goaway-before")
      session.goaway(constants.NGHTTP2_NO_ERROR, Math.max(0, (stream.id ?? 1) - 2));
    else if (script === "goaway-after") {
      session.goaway(constants.NGHTTP2_NO_ERROR, stream.id);
      setTimeout(() => this.#answer(stream, { status: 200 }, id), 50);
    } else this.#answer(stream, script, id);
  }

  #answer(
    stream: ServerHttp2Stream,
    script: Exclude<Script, string>,
    id: string | string[] | undefined,
  ): void {
    const { status, retryAfter, reason, timestamp } = script;
    if (stream.destroyed) return;
    stream.respond({
      ":status": status,
      ...(id === undefined ? {} : { "apns-id": id }),
      ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
    });
    stream.end(status === 200 ? "" : JSON.stringify({ reason, timestamp }));
  }
}
