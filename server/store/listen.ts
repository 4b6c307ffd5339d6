import { Client } from "pg";
import type { ClientConfig } from "pg";

export interface ListenHandlers {
  /** A notification arrived. */
  readonly notified: (payload: string) => void;
  /** Listening began (true) or the connection was lost (false). Notifications between are missed. */
  readonly listening: (listening: boolean) => void;
}

export interface Listener {
  /** Ends listening and closes the connection. */
  close(): Promise<void>;
}

const FIRST_DELAY = 100;
const LONGEST_DELAY = 10_000;

/**
 * Listens to a Postgres notification channel on a connection of its own, and connects again,
 * after 0.1 to 10 seconds, whenever that is lost.
 */
export function listen(config: ClientConfig, channel: string, handlers: ListenHandlers): Listener {
  const connection = new Connection(config, channel, handlers);
  connection.open();
  return connection;
}

class Connection implements Listener {
  readonly #config: ClientConfig;
  readonly #channel: string;
  readonly #handlers: ListenHandlers;
  #client: Client | null = null;
  #retry: NodeJS.Timeout | undefined;
  #delay = FIRST_DELAY;
  #closed = false;

  constructor(config: ClientConfig, channel: string, handlers: ListenHandlers) {
    this.#config = config;
    this.#channel = channel;
    this.#handlers = handlers;
  }

  open(): void {
    const client = new Client({ ...this.#config, keepAlive: true });
    this.#client = client;
    client.on("error", () => this.#lost(client));
    client.on("end", () => this.#lost(client));
    client.on("notification", (message) => this.#handlers.notified(message.payload ?? ""));
    this.#start(client).catch(() => this.#lost(client));
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    const client = this.#client;
    this.#client = null;
    await client?.end();
  }

  async #start(client: Client): Promise<void> {
    await client.connect();
    await client.query(`listen ${client.escapeIdentifier(this.#channel)}`);
    if (this.#client !== client) return;
    this.#delay = FIRST_DELAY;
    this.#handlers.listening(true);
  }

  #lost(client: Client): void {
    if (this.#client !== client) return;
    this.#client = null;
    client.end().catch(() => undefined);
    this.#handlers.listening(false);
    if (this.#closed) return;
    this.#retry = setTimeout(() => this.open(), this.#delay);
    this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY);
  }
}
