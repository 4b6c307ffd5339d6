import { Agent, request as httpRequest } from "node:http";
import { PASSWORD } from "./load.ts";

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Sends requests as one user over connections that stay open. */
export class Client {
  readonly #agent: Agent;
  readonly #port: number;
  readonly #authorization: string;

  constructor(port: number, user: string, connections: number) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
    this.#port = port;
    this.#authorization = `Basic ${Buffer.from(`${user}:${PASSWORD}`).toString("base64")}`;
  }

  send({ method, path, headers, body = "" }: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = httpRequest(
        {
          agent: this.#agent,
          host: "127.0.0.1",
          port: this.#port,
          method,
          path,
          headers: {
            authorization: this.#authorization,
            "user-agent": "iOS/18.6 (22G86) dataaccessd/1.0",
            ...(body !== "" && { "content-length": Buffer.byteLength(body) }),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
          });
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
