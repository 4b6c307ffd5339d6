/** Speaks Marionette, the remote control of Mozilla's programs: JSON with its length before it, over TCP. */
import { connect, type Socket } from "node:net";

export interface Marionette {
  /** Runs the body of an async function with the privileges of the program itself, and gives what it returns. */
  run(body: string, args: readonly unknown[]): Promise<unknown>;
  close(): void;
}

type Answer = readonly [1, number, { readonly message?: string } | null, unknown];
type Take = (error: Answer[2], result: unknown) => void;

/** Whole messages of a stream; what is incomplete waits for more. */
function messageReader(take: (message: unknown) => void): (chunk: Buffer) => void {
  let waiting = Buffer.alloc(0);
  return (chunk) => {
    waiting = Buffer.concat([waiting, chunk]);
    for (;;) {
      const colon = waiting.indexOf(":");
      const end = colon + 1 + Number(waiting.subarray(0, colon));
      if (colon < 0 || waiting.length < end) return;
      const message: unknown = JSON.parse(waiting.subarray(colon + 1, end).toString());
      waiting = waiting.subarray(end);
      take(message);
    }
  };
}

class Connection {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Take>();
  #commands = 0;
  /** Resolves when the other side has said what it is. */
  readonly ready: Promise<unknown>;

  constructor(port: number) {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.ready = promise;
    this.#socket = connect(port, "127.0.0.1");
    this.#socket.on("error", reject);
    this.#socket.on("close", () => {
      for (const take of this.#waiting.values()) take({ message: "the program ended" }, null);
      reject(new Error("the program does not speak"));
    });
    const read = messageReader((message) => {
      if (Array.isArray(message)) this.#answered(message as unknown as Answer);
      else resolve(message);
    });
    this.#socket.on("data", read);
  }

  #answered([, id, error, result]: Answer): void {
    this.#waiting.get(id)?.(error, result);
    this.#waiting.delete(id);
  }

  send(name: string, parameters: object): Promise<unknown> {
    this.#commands += 1;
    const id = this.#commands;
    const text = JSON.stringify([0, id, name, parameters]);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, (error, result) => {
      if (error) reject(new Error(error.message ?? name));
      else resolve(result);
    });
    this.#socket.write(`${Buffer.byteLength(text)}:${text}`);
    return promise;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** What `run` hands to the program: the last argument takes what became of it. */
const AROUND = (body: string) => `
  const [...args] = arguments, done = args.pop();
  (async () => { ${body} })().then((value) => done({ value }), (error) => done({ error: String(error) + error?.stack }));
`;

/**
 * Takes control of a program that listens at a port.
 *
 * @throws Error when nothing listens there
 */
export async function openMarionette(port: number): Promise<Marionette> {
  const connection = new Connection(port);
  await connection.ready;
  await connection.send("WebDriver:NewSession", {
    capabilities: { alwaysMatch: { timeouts: { script: 60_000 } } },
  });
  await connection.send("Marionette:SetContext", { value: "chrome" });
  return {
    async run(body, args) {
      const parameters = { script: AROUND(body), args, sandbox: null };
      const answer = await connection.send("WebDriver:ExecuteAsyncScript", parameters);
      const { value, error } = (answer as { value: { value?: unknown; error?: string } }).value;
      if (error !== undefined) throw new Error(error);
      return value;
    },
    close: () => connection.close(),
  };
}
