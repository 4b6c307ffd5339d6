import type { Pool } from "pg";
import type { Logger } from "pino";
import { readAccounts, type Account } from "../push/transports/jmap/states.ts";
import { listen, type Listener } from "../store/listen.ts";
import { OUTBOX_CHANNEL } from "../store/nudge.ts";

/** Somebody who wants to know at once. */
export interface Watcher {
  readonly principal: { readonly id: number; readonly name: string };
  /** What is in sight now; told whenever anything may have changed. */
  readonly look: (accounts: readonly Account[]) => void;
  /** Who watches has to authenticate again, or the server stops. */
  readonly end: () => void;
}

export interface HubOptions {
  readonly pool: Pool;
  readonly log: Logger;
  /** Milliseconds in which changes are taken together. */
  readonly quiet?: number;
  /** Milliseconds between looks when nothing calls. */
  readonly poll?: number;
}

const QUIET = 200;
const POLL = 30_000;

/**
 * Tells the watchers of this process what changed. It listens while there are watchers, and asks for the states of
 * all of them with one statement, so neither other requests nor their number cost much.
 */
export class Hub {
  readonly #options: HubOptions;
  readonly #watchers = new Set<Watcher>();
  #listener: Listener | undefined;
  #timer: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  #looking = false;
  #again = false;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  /** How many watchers a principal has. */
  count(principalId: number): number {
    return [...this.#watchers].filter(({ principal }) => principal.id === principalId).length;
  }

  /** Adds a watcher, who is shown the present state soon. @returns what takes it away */
  watch(watcher: Watcher): () => void {
    if (this.#watchers.size === 0) this.#open();
    this.#watchers.add(watcher);
    this.#soon(0);
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.close();
    };
  }

  /** Ends the watchers of an account, or all when it is null. */
  end(account: string | null): void {
    for (const { principal, end } of this.#watchers) {
      if (account === null || principal.name === account) end();
    }
  }

  /** Ends all watchers and stops listening; it opens again with the next watcher. */
  close(): void {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const { end } of watchers) end();
    void this.#listener?.close();
    clearTimeout(this.#timer);
    clearInterval(this.#poll);
    this.#timer = undefined;
  }

  #open(): void {
    const { pool, quiet = QUIET, poll = POLL } = this.#options;
    const changed = () => this.#soon(quiet);
    this.#listener = listen(pool.options, OUTBOX_CHANNEL, {
      notified: changed,
      listening: changed,
    });
    this.#poll = setInterval(changed, poll).unref();
  }

  #soon(milliseconds: number): void {
    this.#again = this.#looking;
    if (this.#looking || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#look();
    }, milliseconds);
  }

  async #look(): Promise<void> {
    const { pool, log } = this.#options;
    this.#looking = true;
    try {
      const ids = new Set([...this.#watchers].map(({ principal }) => principal.id));
      const accounts = await readAccounts(pool, [...ids]);
      for (const watcher of this.#watchers) watcher.look(accounts.get(watcher.principal.id) ?? []);
    } catch (error) {
      log.warn({ err: error }, "cannot read the states for open event streams");
    }
    this.#looking = false;
    if (this.#again) this.#soon(this.#options.quiet ?? QUIET);
  }
}
