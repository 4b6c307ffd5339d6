/** Too much of the same work is waiting: try again later. */
export class GateFullError extends Error {}

/** Lets a bounded number of jobs run at once and a bounded number wait. */
export class Gate {
  readonly #limits: { running: number; waiting: number };
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(limits: { running: number; waiting: number }) {
    this.#limits = limits;
  }

  /**
   * Runs a job as soon as there is room for it.
   *
   * @throws {GateFullError} at once, when as many as may are waiting.
   */
  async run<T>(job: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await job();
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < this.#limits.running) {
      this.#running += 1;
      return;
    }
    if (this.#queue.length >= this.#limits.waiting) throw new GateFullError("too much is waiting");
    await new Promise<void>((resolve) => this.#queue.push(resolve));
  }

  // The place of a job that ended is handed on, so that nobody slips in between.
  #leave(): void {
    const next = this.#queue.shift();
    if (next) next();
    else this.#running -= 1;
  }
}
