/** One announcement to one subscription: "look again at what this key names". */
export interface Delivery {
  readonly subscriptionId: number;
  readonly endpoint: string;
  readonly topic: string;
  readonly pushKey: string;
  /** Counts the changes folded into this delivery. */
  readonly generation: number;
  readonly attempts: number;
  readonly firstChangedAt: Date;
  readonly lastChangedAt: Date;
}

/** What became of a delivery. `error` is in words an operator understands and holds no secret. */
export type Outcome =
  /** The push service has it. */
  | { readonly kind: "delivered" }
  /** Try again after the back-off, or after `after` seconds if the service named a time. */
  | { readonly kind: "retry"; readonly error: string; readonly after?: number }
  /** The transport itself cannot send now; the delivery is as due as before and no attempt counted. */
  | { readonly kind: "held"; readonly error: string }
  /** This push can never succeed, the next one may. */
  | { readonly kind: "dropped"; readonly error: string }
  /** Nothing more may be sent until the subscription is made again. */
  | { readonly kind: "stale"; readonly error: string }
  /** The endpoint ended at `since`; subscriptions refreshed later than that stay. */
  | { readonly kind: "gone"; readonly error: string; readonly since: Date };

/** A way to reach subscribers. To add one: write this record and list it in index.ts. */
export interface Transport {
  /** As stored in push_subscription.transport. */
  readonly name: string;
  /** How many deliveries may be on their way at once. */
  readonly concurrency: number;
  /** The topics that can be served now. Deliveries on other topics wait. */
  topics(): readonly string[];
  /** Never rejects, and settles within the lease of a delivery (60 s). */
  send(delivery: Delivery): Promise<Outcome>;
  /** Ends connections and timers; open sends settle. */
  stop(): Promise<void>;
}
