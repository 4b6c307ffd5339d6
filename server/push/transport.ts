import type { Target } from "./topics.ts";

/** Names of transports, as stored in push_subscription.transport. */
export const APPLE = "apple";
export const WEB_PUSH = "web-push";
export const JMAP = "jmap";
export const WEBHOOK = "webhook";

/** One announcement to one subscription: "look again at what you subscribed to". */
export interface Delivery {
  readonly subscriptionId: number;
  /** The subscription's name in URLs and messages. */
  readonly publicId: string;
  readonly principalId: number;
  readonly endpoint: string;
  /** Scheme, host and port of the endpoint; "" where the transport knows only one. */
  readonly origin: string;
  readonly topic: string;
  readonly target: Target;
  /** Whether the collection of the target is gone: this is the last delivery. */
  readonly removed: boolean;
  /** What only the transport understands, as it was recorded. */
  readonly details: Readonly<Record<string, unknown>>;
  /** What the receiver was last told, as the transport noted it. */
  readonly told: Readonly<Record<string, unknown>>;
  /** Which triggers the changes met. */
  readonly content: boolean;
  readonly property: boolean;
  /** Counts the changes folded into this delivery. */
  readonly generation: number;
  readonly attempts: number;
  /** Whether an attempt before this one may have arrived: it failed, or its process ended before it knew. */
  readonly tried: boolean;
  readonly firstChangedAt: Date;
  readonly lastChangedAt: Date;
  /** When it was claimed, by the clock of the database: it announces all that was committed before. */
  readonly claimedAt: Date;
}

/** What became of a delivery. `error` is in words an operator understands and holds no secret. */
export type Outcome =
  /** The push service has it. `told` replaces what is noted about the receiver. */
  | { readonly kind: "delivered"; readonly told?: Readonly<Record<string, unknown>> }
  /** There was nothing to tell. */
  | { readonly kind: "needless"; readonly told?: Readonly<Record<string, unknown>> }
  /**
   * Try again after the back-off, or after `after` seconds if the service named a time. With `origin` the whole
   * service is left alone that long, not only the endpoint.
   */
  | {
      readonly kind: "retry";
      readonly error: string;
      readonly after?: number;
      readonly origin?: true;
    }
  /** The transport itself cannot send now; the delivery is as due as before and no attempt counted. */
  | { readonly kind: "held"; readonly error: string }
  /** This push can never succeed, the next one may. */
  | { readonly kind: "dropped"; readonly error: string }
  /** Nothing more may be sent until the subscription is made again. */
  | { readonly kind: "stale"; readonly error: string }
  /** The endpoint ended at `since`; subscriptions refreshed later than that stay. */
  | { readonly kind: "gone"; readonly error: string; readonly since: Date };

/** When changes become a push, in seconds. */
export interface Pace {
  /** Without another change after which the first is announced. */
  readonly quiet: number;
  /** In which the changes of a burst are folded; also the least time between two pushes. */
  readonly window: number;
}

/** A way to reach subscribers. To add one: write this record and list it in index.ts. */
export interface Transport {
  /** As stored in push_subscription.transport. */
  readonly name: string;
  readonly pace: Pace;
  /** How many deliveries may be on their way at once. */
  readonly concurrency: number;
  /** How many of them to one origin, so that a slow service holds up its own subscribers only. */
  readonly perOrigin: number;
  /** The topics that can be served now. Deliveries on other topics wait. */
  topics(): readonly string[];
  /** Never rejects, and settles within the lease of a delivery (60 s). */
  send(delivery: Delivery): Promise<Outcome>;
  /** Ends connections and timers; open sends settle. */
  stop(): Promise<void>;
}
