import { PassThrough } from "node:stream";
import { changedStates, stateChange, type States } from "../push/transports/jmap/states.ts";

/** Bytes that may wait for a reader who does not read. */
const MAX_WAITING = 65_536;
const MAX_ID = 16_384;

/** What a client asks of a stream. */
export interface Wish {
  /** Null for all. */
  readonly types: ReadonlySet<string> | null;
  /** Whether the stream ends with the first event, for proxies that hold answers back. */
  readonly closeAfterState: boolean;
  /** Seconds; 0 for none. */
  readonly ping: number;
}

/** The whole state in sight as the id of an event, so that a client that comes back is told what it missed. */
function eventId(states: States): string {
  return Buffer.from(JSON.stringify(states)).toString("base64url");
}

/** The states in an id; none, so that everything is told, when it is not one of ours. */
export function readEventId(id: string): States {
  try {
    const states: unknown = JSON.parse(Buffer.from(id.slice(0, MAX_ID), "base64url").toString());
    return typeof states === "object" && states !== null ? (states as States) : {};
  } catch {
    return {};
  }
}

/** One open stream of server-sent events. */
export class EventStream {
  readonly body = new PassThrough();
  readonly #wish: Wish;
  readonly #interval: NodeJS.Timeout | undefined;
  #told: States;

  constructor(wish: Wish, told: States) {
    this.#wish = wish;
    this.#told = told;
    // Proxies and clients see that the stream is open, and a client that loses it before anything was told comes back
    // with this id: it is no event without data, but kept (HTML, "dispatch the event").
    this.body.write(`id: ${eventId(told)}\n\n`);
    if (wish.ping > 0) this.#interval = setInterval(() => this.#ping(), wish.ping * 1000).unref();
    this.body.once("close", () => clearInterval(this.#interval));
  }

  /** Tells what differs from what was told last. */
  look(states: States): void {
    const changed = changedStates(this.#told, states);
    this.#told = states;
    if (Object.keys(changed).length === 0 || this.body.writableEnded) return;
    this.#write(`id: ${eventId(states)}\nevent: state\ndata: ${stateChange(changed)}\n\n`);
    this.#interval?.refresh();
    if (this.#wish.closeAfterState) this.body.end();
  }

  #ping(): void {
    this.#write(`event: ping\ndata: {"interval":${this.#wish.ping}}\n\n`);
  }

  #write(text: string): void {
    if (this.body.writableLength > MAX_WAITING) this.body.destroy();
    else this.body.write(text);
  }
}
