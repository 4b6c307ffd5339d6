/** Collects what must end after all tests of a file, for what one `before` hook starts for them. */
export class Teardowns {
  readonly #ends: (() => void | PromiseLike<void>)[] = [];

  teardown(end: () => void | PromiseLike<void>): void {
    this.#ends.push(end);
  }

  /** Ends everything, the last started first. */
  async run(): Promise<void> {
    for (const end of this.#ends.toReversed()) await end();
  }
}
