import { Client } from "pg";
import type { Logger } from "pino";

/** Notified by the store in every transaction that writes to the outbox. */
const CHANNEL = "pushdav_outbox";

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 15_000;

/**
 * Calls back when a transaction that wrote to the outbox commits, and after each (re)connection, as notifications
 * are not kept for listeners that are away. Uses a connection of its own.
 */
export class Listener {
  readonly #databaseUrl: string;
  readonly #onChange: () => void;
  readonly #log: Logger;
  #client: Client | null = null;
  #connecting: Promise<void>;
  #timer: NodeJS.Timeout | null = null;
  #failures = 0;
  #stopped = false;

  constructor(databaseUrl: string, onChange: () => void, log: Logger) {
    this.#databaseUrl = databaseUrl;
    this.#onChange = onChange;
    this.#log = log;
    this.#connecting = this.#connect();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#connecting;
    await this.#client?.end();
  }

  async #connect(): Promise<void> {
    const client = new Client({ connectionString: this.#databaseUrl, keepAlive: true });
    client.on("error", (error) => this.#lose(client, error));
    client.on("end", () => this.#lose(client, null));
    client.on("notification", this.#onChange);
    this.#client = client;
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      this.#failures = 0;
      this.#onChange();
    } catch (error) {
      this.#lose(client, error);
    }
  }

  #lose(client: Client, error: unknown): void {
    if (this.#client !== client || this.#stopped) return;
    this.#client = null;
    void client.end();
    const ms = Math.min(FIRST_PAUSE * 2 ** this.#failures, LONGEST_PAUSE);
    this.#failures += 1;
    const log = { err: error, retryInMs: ms };
    this.#log.warn(log, "push: lost the connection that listens for changes");
    this.#timer = setTimeout(() => {
      this.#connecting = this.#connect();
    }, ms);
  }
}
