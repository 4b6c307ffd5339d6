import cluster, { type Worker } from "node:cluster";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Config } from "../config.ts";
import { Failure } from "../failure.ts";
import { allProcesses } from "../metrics.ts";
import { isReport, type Order, type Role } from "../messages.ts";

export interface FleetOptions {
  readonly config: Config;
  readonly databaseUrl: string;
  /** One process each. */
  readonly roles: readonly Role[];
  readonly log: Logger;
}

/** Milliseconds before a process is replaced: at first, and at most when it keeps dying. */
const FIRST_DELAY = 100;
const LONGEST_DELAY = 10_000;
/** A process that lived so long died by accident, not because it cannot work. */
const HEALTHY = 10_000;
/** Seconds beyond the time of running requests before a process that does not stop is killed. */
const GRACE = 7;

interface Slot {
  readonly role: Role;
  worker: Worker | null;
  startedAt: number;
  delay: number;
  timer: NodeJS.Timeout | undefined;
}

/** The worker processes. One that dies is replaced, after a pause that grows while it keeps dying. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #slots: readonly Slot[];
  #stopping = false;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#slots = options.roles.map((role) => ({
      role,
      worker: null,
      startedAt: 0,
      delay: FIRST_DELAY,
      timer: undefined,
    }));
    cluster.setupPrimary({ exec: join(import.meta.dirname, "../worker.ts"), args: [] });
  }

  /**
   * Starts all processes and waits until each is at work.
   * @returns the port that the web processes share
   * @throws Failure when one cannot start
   */
  async start(): Promise<number> {
    const ports = await Promise.all(this.#slots.map((slot) => this.#fork(slot)));
    return ports.find((port) => port !== null) ?? 0;
  }

  /** Lets all processes finish their work and end. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const ends = this.#slots.map(({ worker, timer }) => {
      clearTimeout(timer);
      return worker && !worker.isDead() ? this.#end(worker) : Promise.resolve();
    });
    await Promise.all(ends);
  }

  async #end(worker: Worker): Promise<void> {
    const exited = new Promise((resolve) => worker.once("exit", resolve));
    const grace = (this.#options.config.http.shutdownTimeout + GRACE) * 1000;
    const kill = setTimeout(() => worker.process.kill("SIGKILL"), grace);
    this.#send(worker, { kind: "stop" });
    await exited;
    clearTimeout(kill);
  }

  /** @returns the port of a web process, null for others */
  #fork(slot: Slot): Promise<number | null> {
    const worker = cluster.fork();
    slot.worker = worker;
    slot.startedAt = Date.now();
    const { config, databaseUrl } = this.#options;
    this.#send(worker, { kind: "start", role: slot.role, config, databaseUrl });
    worker.once("exit", (code, signal) => this.#exited(slot, code, signal));
    return new Promise((resolve, reject) => {
      worker.once("exit", () =>
        reject(new Failure(`the ${slot.role} process died while starting`)),
      );
      worker.on("error", reject);
      worker.on("message", (message: unknown) => {
        if (!isReport(message)) return;
        if (message.kind === "ready") resolve(message.port);
        if (message.kind === "failed") reject(new Failure(message.line));
        if (message.kind === "metrics") void this.#answerMetrics(worker, message.id);
      });
    });
  }

  #exited(slot: Slot, code: number, signal: string): void {
    slot.worker = null;
    if (this.#stopping) return;
    slot.delay =
      Date.now() - slot.startedAt > HEALTHY ? FIRST_DELAY : Math.min(slot.delay * 2, LONGEST_DELAY);
    const { log } = this.#options;
    log.error({ role: slot.role, code, signal, retryInMs: slot.delay }, "a process died");
    slot.timer = setTimeout(() => {
      this.#fork(slot).catch((error: unknown) => log.error({ err: error }, "no replacement yet"));
    }, slot.delay);
  }

  #send(worker: Worker, order: Order): void {
    if (worker.isConnected()) worker.send(order, () => undefined);
  }

  async #answerMetrics(worker: Worker, id: number): Promise<void> {
    const text = await allProcesses.clusterMetrics().catch(() => null);
    this.#send(worker, { kind: "metrics", id, text });
  }
}
