import type { Credential } from "./credential.ts";

/** Whether a sender may send now. It is closed for a time, and opened early by another credential. */
export class Gate {
  readonly #clock: () => Date;
  #closedFor = "";
  #until = 0;

  constructor(clock: () => Date) {
    this.#clock = clock;
  }

  isOpen(credential: Credential): boolean {
    return credential.hash !== this.#closedFor || this.#clock().getTime() >= this.#until;
  }

  /** Closes for so many seconds. */
  close(credential: Credential, seconds: number): void {
    this.#closedFor = credential.hash;
    this.#until = this.#clock().getTime() + seconds * 1000;
  }
}
