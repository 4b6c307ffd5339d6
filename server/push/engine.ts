import type { Pool } from "pg";
import type { Logger } from "pino";
import { listen } from "../store/listen.ts";
import { OUTBOX_CHANNEL } from "../store/nudge.ts";
import { backOff } from "./backoff.ts";
import { claim, finish, nextDue, postpone, release } from "./deliveries.ts";
import { fanOut } from "./fanout.ts";
import { Loop } from "./loop.ts";
import { handOver, pushes } from "./metrics.ts";
import { endEndpoint, expireSubscriptions, markStale } from "./subscriptions.ts";
import type { Delivery, Outcome, Transport } from "./transport.ts";

export interface Engine {
  readonly pool: Pool;
  readonly transports: readonly Transport[];
  /** Seconds in which the changes of a burst are folded into one push. */
  readonly window: number;
  /** Seconds a claimed delivery stays with its process. */
  readonly lease: number;
  /** Seconds between looks at the database when nothing calls. */
  readonly poll: number;
  readonly log: Logger;
  readonly clock: () => Date;
}

const EXPIRY_INTERVAL = 3_600_000;

/** Writes what became of a delivery into the database. */
async function settle(engine: Engine, transport: Transport, delivery: Delivery, outcome: Outcome) {
  const { pool, window } = engine;
  switch (outcome.kind) {
    case "delivered":
      return finish(pool, delivery, null, window);
    case "dropped":
      return finish(pool, delivery, outcome.error, window);
    case "held":
      return release(pool, delivery);
    case "stale":
      return markStale(pool, delivery.subscriptionId, outcome.error);
    case "retry":
      return postpone(pool, delivery, outcome.error, backOff(delivery.attempts, outcome.after));
    case "gone": {
      const ended = await endEndpoint(pool, transport.name, delivery, outcome.since);
      if (ended) return;
      return postpone(pool, delivery, outcome.error, backOff(delivery.attempts));
    }
  }
}

async function deliver(engine: Engine, transport: Transport, delivery: Delivery): Promise<void> {
  const outcome = await transport.send(delivery);
  pushes.inc({ transport: transport.name, outcome: outcome.kind });
  if (outcome.kind === "delivered") {
    const seconds = (engine.clock().getTime() - delivery.firstChangedAt.getTime()) / 1000;
    handOver.observe({ transport: transport.name }, Math.max(0, seconds));
  }
  await settle(engine, transport, delivery, outcome);
}

/** Sends the due deliveries of one transport, so that a slow service never delays another's. */
class Dispatcher {
  readonly #engine: Engine;
  readonly #transport: Transport;
  readonly #sending = new Set<Promise<void>>();
  readonly #loop: Loop;

  constructor(engine: Engine, transport: Transport) {
    this.#engine = engine;
    this.#transport = transport;
    this.#loop = new Loop(`dispatch ${transport.name}`, () => this.#step(), engine.log);
  }

  ring(): void {
    this.#loop.ring();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    await Promise.all(this.#sending);
  }

  /** Fills up to the concurrency; returns when to look again. A claim is refilled when half of it is done. */
  async #step(): Promise<number> {
    const { pool, lease, poll } = this.#engine;
    const free = this.#transport.concurrency - this.#sending.size;
    if (free <= 0) return poll * 1000;
    const claimed = await claim(pool, this.#transport, free, lease);
    for (const delivery of claimed) this.#start(delivery);
    if (claimed.length === free) return poll * 1000;
    const due = await nextDue(pool, this.#transport);
    return Math.min(Math.max(due ?? poll, 0.01), poll) * 1000;
  }

  #start(delivery: Delivery): void {
    const sent = this.#deliver(delivery).finally(() => {
      this.#sending.delete(sent);
      const { size } = this.#sending;
      if (size === 0 || size === Math.floor(this.#transport.concurrency / 2)) this.ring();
    });
    this.#sending.add(sent);
  }

  async #deliver(delivery: Delivery): Promise<void> {
    try {
      await deliver(this.#engine, this.#transport, delivery);
    } catch (error) {
      const { subscriptionId } = delivery;
      this.#engine.log.error({ err: error, subscriptionId }, "push: delivery left to its lease");
    }
  }
}

/**
 * Runs the way of a change: outbox → deliveries → transports. Any number of engines may run on one database.
 *
 * @returns `stop`, which lets open sends end and gives everything else back
 */
export function startEngine(engine: Engine): { stop(): Promise<void> } {
  const { pool, transports, log } = engine;
  const dispatchers = transports.map((transport) => new Dispatcher(engine, transport));

  async function announce(): Promise<number> {
    const { more, deliveries } = await fanOut(pool, engine.window);
    if (deliveries > 0) for (const dispatcher of dispatchers) dispatcher.ring();
    return more ? 0 : engine.poll * 1000;
  }

  async function expire(): Promise<number> {
    const ended = await expireSubscriptions(pool, engine.clock());
    if (ended > 0) log.info({ ended }, "push: ended subscriptions that were not refreshed");
    return EXPIRY_INTERVAL;
  }

  const announcing = new Loop("announce", announce, log);
  const expiring = new Loop("expire", expire, log);
  const listener = listen(pool.options, OUTBOX_CHANNEL, {
    notified: () => announcing.ring(),
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
