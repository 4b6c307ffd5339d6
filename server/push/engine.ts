import type { Pool } from "pg";
import type { Logger } from "pino";
import { listen } from "../store/listen.ts";
import { DUE, OUTBOX_CHANNEL } from "../store/nudge.ts";
import { backOff } from "./backoff.ts";
import { claim, nextReady, type Room } from "./deliveries.ts";
import { fanOut } from "./fanout.ts";
import { Loop } from "./loop.ts";
import { handOver, pushes } from "./metrics.ts";
import { blockOrigin, postpone, release, Settlement, unblockOrigins } from "./settlement.ts";
import { endEndpoint, expireSubscriptions, markStale } from "./subscriptions.ts";
import type { Delivery, Outcome, Transport } from "./transport.ts";

export interface Engine {
  readonly pool: Pool;
  readonly transports: readonly Transport[];
  /** Seconds a claimed delivery stays with its process. */
  readonly lease: number;
  /** Seconds between looks at the database when nothing calls. */
  readonly poll: number;
  readonly log: Logger;
  readonly clock: () => Date;
}

const EXPIRY_INTERVAL = 3_600_000;

/** What one transport's deliveries need on their way. */
interface Way {
  readonly engine: Engine;
  readonly transport: Transport;
  readonly settlement: Settlement;
  /** Origins that asked for time, until one of their deliveries succeeds. */
  readonly troubled: Set<string>;
}

type Retry = Extract<Outcome, { kind: "retry" }>;

async function retryLater({ engine, troubled }: Way, delivery: Delivery, outcome: Retry) {
  const { error, after } = outcome;
  if (outcome.origin && delivery.origin !== "") {
    troubled.add(delivery.origin);
    await blockOrigin(engine.pool, delivery.origin, error, after ?? null);
  }
  await postpone(engine.pool, delivery, error, backOff(delivery.attempts, after));
}

async function finish(way: Way, delivery: Delivery, told: Outcome & { told?: unknown }) {
  const { engine, settlement, troubled } = way;
  const error = told.kind === "dropped" ? told.error : null;
  const note = told.kind === "delivered" || told.kind === "needless" ? told.told : undefined;
  if (error === null && troubled.delete(delivery.origin))
    await unblockOrigins(engine.pool, [delivery.origin]);
  const sent = told.kind === "delivered";
  await settlement.finish({ delivery, error, sent, told: note ?? null });
}

/** Writes what became of a delivery into the database. */
async function settle(way: Way, delivery: Delivery, outcome: Outcome): Promise<void> {
  const { pool } = way.engine;
  switch (outcome.kind) {
    case "delivered":
    case "needless":
    case "dropped":
      return finish(way, delivery, outcome);
    case "held":
      return release(pool, delivery, outcome.error);
    case "stale":
      return markStale(pool, delivery.subscriptionId, outcome.error);
    case "retry":
      return retryLater(way, delivery, outcome);
    case "gone": {
      const ended = await endEndpoint(pool, way.transport.name, delivery, outcome.since);
      if (ended) return;
      return postpone(pool, delivery, outcome.error, backOff(delivery.attempts));
    }
  }
}

async function deliver(way: Way, delivery: Delivery): Promise<void> {
  const { engine, transport } = way;
  const outcome = await transport.send(delivery);
  pushes.inc({ transport: transport.name, outcome: outcome.kind });
  if (outcome.kind === "delivered") {
    const seconds = (engine.clock().getTime() - delivery.firstChangedAt.getTime()) / 1000;
    handOver.observe({ transport: transport.name }, Math.max(0, seconds));
  }
  await settle(way, delivery, outcome);
}

/** Sends the due deliveries of one transport, so that a slow service never delays another's. */
class Dispatcher {
  readonly #way: Way;
  readonly #sending = new Set<Promise<void>>();
  /** Deliveries under way by origin. */
  readonly #origins = new Map<string, number>();
  readonly #loop: Loop;

  constructor(engine: Engine, transport: Transport) {
    const settlement = new Settlement(engine.pool, transport.pace.window);
    this.#way = { engine, transport, settlement, troubled: new Set() };
    this.#loop = new Loop(`dispatch ${transport.name}`, () => this.#step(), engine.log);
  }

  ring(): void {
    this.#loop.ring();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    await Promise.all(this.#sending);
  }

  #room(): Room {
    const { concurrency, perOrigin } = this.#way.transport;
    const left = [...this.#origins].map(([origin, busy]) => [origin, perOrigin - busy] as const);
    return { free: concurrency - this.#sending.size, origins: new Map(left) };
  }

  /** Fills up to the concurrency; returns the milliseconds until it looks again, unless a delivery ends before. */
  async #step(): Promise<number> {
    const { engine, transport } = this.#way;
    const longest = engine.poll * 1000;
    for (let room = this.#room(); room.free > 0; room = this.#room()) {
      const claimed = await claim(engine.pool, transport, room, engine.lease);
      for (const delivery of claimed) this.#start(delivery);
      if (claimed.length === room.free) continue;
      const ready = await nextReady(engine.pool, transport, this.#room());
      const more = claimed.length > 0 && ready !== null && ready <= 0;
      if (!more) return Math.min(Math.max((ready ?? engine.poll) * 1000, 10), longest);
    }
    return longest;
  }

  #start(delivery: Delivery): void {
    const { origin } = delivery;
    const { concurrency, perOrigin } = this.#way.transport;
    this.#origins.set(origin, (this.#origins.get(origin) ?? 0) + 1);
    const sent = this.#deliver(delivery).finally(() => {
      const busy = (this.#origins.get(origin) ?? 1) - 1;
      if (busy === 0) this.#origins.delete(origin);
      else this.#origins.set(origin, busy);
      this.#sending.delete(sent);
      // A claim for many at a time costs less: look again when half of the room, or of an origin's, is free.
      const halves = [0, Math.floor(perOrigin / 2)];
      if (halves.includes(busy) || this.#sending.size === Math.floor(concurrency / 2)) this.ring();
    });
    this.#sending.add(sent);
  }

  async #deliver(delivery: Delivery): Promise<void> {
    try {
      await deliver(this.#way, delivery);
    } catch (error) {
      const { subscriptionId } = delivery;
      this.#way.engine.log.error(
        { err: error, subscriptionId },
        "push: delivery left to its lease",
      );
    }
  }
}

/**
 * Runs the way of a change: outbox → deliveries → transports. Any number of engines may run on one database.
 *
 * @returns `stop`, which lets open sends end and gives everything else back
 */
export function startEngine(engine: Engine): { stop(): Promise<void> } {
  const { pool, transports, log, clock } = engine;
  const paces = Object.fromEntries(transports.map(({ name, pace }) => [name, pace]));
  const dispatchers = transports.map((transport) => new Dispatcher(engine, transport));

  function dispatch(): void {
    for (const dispatcher of dispatchers) dispatcher.ring();
  }

  async function announce(): Promise<number> {
    const { more, deliveries } = await fanOut(pool, paces, clock());
    if (deliveries > 0) dispatch();
    return more ? 0 : engine.poll * 1000;
  }

  async function expire(): Promise<number> {
    const ended = await expireSubscriptions(pool, clock());
    if (ended > 0)
      log.info(
        { ended },
        "push: ended subscriptions that expired, failed for long, or lost access",
      );
    return EXPIRY_INTERVAL;
  }

  const announcing = new Loop("announce", announce, log);
  const expiring = new Loop("expire", expire, log);
  const listener = listen(pool.options, OUTBOX_CHANNEL, {
    notified: (payload) => (payload === DUE ? dispatch() : announcing.ring()),
    listening: (listening) => {
      if (listening) announcing.ring();
      else log.warn("push: lost the connection that listens for changes");
    },
  });

  return {
    async stop() {
      await Promise.all([listener.close(), announcing.stop(), expiring.stop()]);
      const dispatched = dispatchers.map((dispatcher) => dispatcher.stop());
      await Promise.all([...dispatched, ...transports.map((transport) => transport.stop())]);
    },
  };
}
