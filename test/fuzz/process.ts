import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Question } from "./server.ts";

/** The process of the server under test, seen from the fuzzer. */
export class ServerProcess {
  readonly origin: string;
  readonly #child: ChildProcess;
  #log = "";

  private constructor(child: ChildProcess, origin: string) {
    this.#child = child;
    this.origin = origin;
  }

  /** Starts it. The database server must be named by PUSHDAV_TEST_DATABASE. */
  static async start(): Promise<ServerProcess> {
    const child = fork(join(import.meta.dirname, "server.ts"), {
      stdio: ["ignore", "pipe", "inherit", "ipc"],
      env: { ...process.env, PUSHDAV_TEST_LOG: "error" },
    });
    const [{ origin }] = (await once(child, "message")) as [{ origin: string }];
    const server = new ServerProcess(child, origin);
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (server.#log += text));
    return server;
  }

  async ask(question: Question): Promise<number> {
    const answered = once(this.#child, "message");
    this.#child.send(question);
    const [{ value }] = (await answered) as [{ value: number }];
    return value;
  }

  /** What the server logged since this was last asked. */
  takeLog(): string {
    const log = this.#log;
    this.#log = "";
    return log;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.send({ ask: "end" } satisfies Question);
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(timer);
  }
}
