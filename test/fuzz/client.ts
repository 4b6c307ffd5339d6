import { Agent, request as send } from "node:http";
import { authorization } from "../support/server.ts";
import type { FuzzedRequest } from "./mutate-request.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly milliseconds: number;
}

// oxlint-disable-next-line no-control-regex
const UNSENDABLE = /[^\t\u0020-\u007e\u0080-\u00ff]/g;
const TEXT = /^text\/(?:calendar|vcard)/;

/** Sends requests one after another over one connection. */
export class Client {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #origin: URL;
  readonly #patience: number;

  /** @param patience milliseconds after which an answer is not waited for any longer */
  constructor(origin: string, patience: number) {
    this.#origin = new URL(origin);
    this.#patience = patience;
  }

  /** @throws Error when no answer comes in time, or the connection breaks before it is whole */
  async send(request: FuzzedRequest): Promise<Answer> {
    const started = performance.now();
    const signal = AbortSignal.timeout(this.#patience);
    const answer = await new Promise<Omit<Answer, "milliseconds">>((resolve, reject) => {
      const sent = send(
        {
          agent: this.#agent,
          hostname: this.#origin.hostname,
          port: this.#origin.port,
          method: request.method,
          path: sendableTarget(request.target),
          headers: sendableHeaders(request),
          signal,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject).on("end", () => {
            const headers = new Headers();
            for (const [name, value] of Object.entries(response.headers)) {
              if (value !== undefined) headers.set(name, String(value));
            }
            const body = Buffer.concat(chunks).toString();
            resolve({ status: response.statusCode ?? 0, headers, body });
          });
        },
      );
      sent.on("error", reject).end(bodyOf(request));
    });
    return { ...answer, milliseconds: performance.now() - started };
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** The client would refuse what cannot stand in a request line. */
function sendableTarget(target: string): string {
  const sendable = target.replace(/[^\u0021-\u007e\u0080-\u00ff]/g, "");
  return sendable.startsWith("/") ? sendable : `/${sendable}`;
}

function sendableHeaders({ user, headers, body, method }: FuzzedRequest): Record<string, string> {
  const sendable: Record<string, string> = {
    "content-length": String(bodyOf({ headers, body }).length),
  };
  if (method === "GET" && body === "") delete sendable["content-length"];
  if (user !== null) sendable["authorization"] = authorization(user);
  for (const [name, value] of Object.entries(headers)) {
    if (name !== "content-length") sendable[name] = value.replace(UNSENDABLE, "");
  }
  return sendable;
}

/** iCalendar and vCard lines end in CRLF. */
function bodyOf({ headers, body }: Pick<FuzzedRequest, "headers" | "body">): Buffer {
  const isText = TEXT.test(headers["content-type"] ?? "");
  return Buffer.from(isText ? body.replace(/\r?\n/g, "\r\n") : body);
}
