import type { Logger } from "pino";

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

/**
 * Takes a step again and again, pausing for as many milliseconds as the step returned or until rung. A step that
 * fails is logged and taken again after a growing pause.
 */
export class Loop {
  readonly #name: string;
  readonly #step: () => Promise<number>;
  readonly #log: Logger;
  readonly #running: Promise<void>;
  #stopped = false;
  #rung = false;
  #wake: (() => void) | null = null;
  #failures = 0;

  constructor(name: string, step: () => Promise<number>, log: Logger) {
    this.#name = name;
    this.#step = step;
    this.#log = log;
    this.#running = this.#run();
  }

  /** Takes the next step at once, or again after the one that is running. */
  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Resolves when the running step has ended. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    return this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#rung = false;
      await this.#pause(await this.#guardedStep());
    }
  }

  async #guardedStep(): Promise<number> {
    try {
      const ms = await this.#step();
      this.#failures = 0;
      return ms;
    } catch (error) {
      const ms = Math.min(FIRST_PAUSE * 2 ** this.#failures, LONGEST_PAUSE);
      this.#failures += 1;
      this.#log.error({ err: error, loop: this.#name, retryInMs: ms }, "push: step failed");
      return ms;
    }
  }

  async #pause(ms: number): Promise<void> {
    if (this.#rung || this.#stopped) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#wake = resolve;
    await promise;
    this.#wake = null;
    clearTimeout(timer);
  }
}
