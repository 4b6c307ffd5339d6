import { readFile } from "node:fs/promises";
import type { Logger } from "pino";
import type { HomeKind } from "../../../../dav/store.ts";
import type { AppleConfig } from "../../config.ts";
import type { Delivery, Outcome } from "../../transport.ts";
import { type Connection, openConnection } from "./connection.ts";
import type { Credential } from "./credential.ts";
import { Gate } from "./gate.ts";
import type { ProviderTokens } from "./provider-token.ts";
import { react, type SenderState } from "./reactions.ts";
import { pushHeaders, pushPayload } from "./request.ts";
import { maskToken } from "./token.ts";

/** How often one push is sent in a row when each time it must be sent again at once. */
const TRIES = 4;

/** Connections are kept as long as APNs keeps them; after so many milliseconds unused they are tried first. */
const IDLE = 60_000;

/** Seconds between attempts to connect while APNs cannot be reached. */
const LONGEST_OUTAGE = 60;

export interface SenderOptions {
  readonly home: HomeKind;
  readonly config: AppleConfig;
  /** The credential in force. */
  readonly credential: () => Credential | null;
  readonly tokens: ProviderTokens;
  readonly log: Logger;
  readonly clock: () => Date;
  /** Milliseconds for connecting and for one request. */
  readonly timeout: number;
}

/** A connection that is open or opening, with the hash of the credential it was opened with. */
interface Opening {
  readonly hash: string;
  readonly connection: Promise<Connection>;
}

/** Sends with one credential over one connection at a time. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #state: SenderState;
  #opening: Opening | null = null;
  #outages = 0;
  #stopped = false;

  constructor(options: SenderOptions) {
    const { home, tokens, clock, config } = options;
    const log = options.log.child({ transport: "apple", home });
    const gate = new Gate(clock);
    this.#options = options;
    this.#state = { home, gate, tokens, log, aps: config.aps, badTokens: 0 };
  }

  /** The topic it can send on now, or null. */
  topic(): string | null {
    return this.#credential()?.topic ?? null;
  }

  /** Never rejects. */
  async send(delivery: Delivery): Promise<Outcome> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const credential = this.#credential();
      if (credential?.topic !== delivery.topic)
        return { kind: "held", error: `sending for ${this.#options.home} is stopped` };
      const outcome = await this.#attempt(delivery, credential);
      if (outcome) return outcome;
    }
    return { kind: "retry", error: "APNs refused the push on several connections" };
  }

  /** Takes no more pushes; closes the connection when the open ones have ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#closeOld(this.#opening);
  }

  #credential(): Credential | null {
    const credential = this.#stopped ? null : this.#options.credential();
    return credential && this.#state.gate.isOpen(credential) ? credential : null;
  }

  /** One try: the outcome, or null to send again at once. */
  async #attempt(delivery: Delivery, credential: Credential): Promise<Outcome | null> {
    let connection: Connection;
    try {
      connection = await this.#connected(credential);
    } catch (error) {
      return this.#unreachable(credential, error);
    }
    const { config, clock, tokens } = this.#options;
    const sentAt = clock();
    const bearer = credential.signer && tokens.get(credential.signer);
    const headers = pushHeaders(config, delivery, bearer, sentAt);
    const body = pushPayload(delivery, this.#state.aps, sentAt);
    const exchange = await connection.request(headers, body);
    const logged = { apnsId: headers["apns-id"], token: maskToken(delivery.endpoint), exchange };
    this.#state.log.debug(logged, "pushed");
    if (exchange.kind === "refused") return null;
    if (exchange.kind === "failed") {
      connection.retire();
      return { kind: "retry", error: exchange.error };
    }
    return react(this.#state, { answer: exchange.answer, credential, connection, sentAt });
  }

  /** The open connection, or a new one when there is none or the credential was replaced. */
  async #connected(credential: Credential): Promise<Connection> {
    const present = this.#opening;
    if (present?.hash === credential.hash) {
      const connection = await present.connection;
      if (connection.usable()) return connection;
    }
    if (this.#opening === present) {
      void this.#closeOld(present);
      this.#opening = { hash: credential.hash, connection: this.#open(credential) };
    }
    return this.#opening ? this.#opening.connection : this.#connected(credential);
  }

  async #open(credential: Credential): Promise<Connection> {
    const { config, timeout } = this.#options;
    const { log } = this.#state;
    const trusted = config.ca === null ? {} : { ca: await readFile(config.ca) };
    const connection = await openConnection({
      host: config.host,
      port: config.port,
      tls: { ...credential.tls, ...trusted },
      oneFirst: credential.signer !== null,
      timeout,
      idle: IDLE,
      onGoaway: (reason) => log.info({ reason }, "APNs asks for a new connection"),
    });
    this.#outages = 0;
    log.info({ host: config.host, port: config.port }, "connected to APNs");
    return connection;
  }

  async #closeOld(opening: Opening | null): Promise<void> {
    try {
      (await opening?.connection)?.retire();
    } catch {
      // It never opened, which whoever waited for it has been told.
    }
  }

  /** Closes the gate for a growing time; all who waited for the same connection share one outage. */
  #unreachable(credential: Credential, error: unknown): Outcome {
    const { gate, log } = this.#state;
    if (gate.isOpen(credential)) {
      const seconds = Math.min(2 ** this.#outages, LONGEST_OUTAGE) * (1 + Math.random() / 2);
      this.#opening = null;
      this.#outages += 1;
      gate.close(credential, seconds);
      log.warn({ err: error, retryInSeconds: seconds }, "cannot reach APNs");
    }
    return { kind: "held", error: "APNs cannot be reached" };
  }
}
