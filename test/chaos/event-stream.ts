import { setTimeout as sleep } from "node:timers/promises";
import { openStream, type Changed, type StreamEvent } from "../support/jmap-client.ts";
import { KnownStates } from "./known-states.ts";
import type { Subscriber } from "./subscribers.ts";
import type { Surroundings } from "./surroundings.ts";
import { readStates } from "./truth.ts";

/** A client of the event source that comes back whenever its stream ends, with the id of the last event. */
export class EventStreamClient implements Subscriber {
  readonly name: string;
  readonly user: string;
  readonly #world: Surroundings;
  readonly #known = new KnownStates();
  readonly #arrivals: number[] = [];
  #since: Changed | null = null;
  #lastId: string | undefined;
  #open = true;

  constructor(world: Surroundings, user: string) {
    this.name = `${user}'s event stream`;
    this.user = user;
    this.#world = world;
  }

  arrivals(): readonly number[] {
    return this.#arrivals;
  }

  told(): number {
    return this.#arrivals.length;
  }

  async subscribe(): Promise<void> {
    void this.#run();
    this.#world.teardown(() => this.end());
    while (this.#since === null) await sleep(20);
  }

  async end(): Promise<void> {
    this.#open = false;
  }

  async lacks(): Promise<string | null> {
    return this.#known.lacks(await readStates(this.#world, this.user), this.#since ?? {});
  }

  trouble(): () => void {
    return () => undefined;
  }

  async #run(): Promise<void> {
    while (this.#open) {
      await this.#follow().catch(() => undefined);
      await sleep(100);
    }
  }

  async #follow(): Promise<void> {
    const { user } = this;
    const place = { origin: this.#world.origin() };
    const lastId = this.#lastId === undefined ? {} : { lastId: this.#lastId };
    const query = "types=*&closeafter=no&ping=30";
    const stream = await openStream(this.#world, place, query, { user, ...lastId });
    if (stream.status !== 200) throw new Error(`${stream.status}`);
    // What is true when the stream is open is for its client to fetch, once.
    this.#since ??= await readStates(this.#world, user);
    let seen = 0;
    do {
      await sleep(5);
      for (const one of stream.events.slice(seen)) this.#take(one);
      seen = stream.events.length;
      this.#lastId = stream.lastId();
    } while (this.#open && !stream.ended());
    stream.close();
  }

  #take({ event, data }: StreamEvent): void {
    if (event !== "state") return;
    this.#arrivals.push(Date.now());
    this.#known.take((data as { changed: Changed }).changed);
  }
}
