import { createHash } from "node:crypto";
import type { Pool } from "pg";
import { inTransaction } from "../../../store/transaction.ts";
import {
  WEBHOOK,
  type Delivery,
  type Outcome,
  type Pace,
  type Transport,
} from "../../transport.ts";
import type { Egress } from "../../egress/index.ts";
import { readCursor, type Cursor } from "./changes.ts";
import { fill, type Event } from "./forms.ts";
import { outcomeOf } from "./outcome.ts";
import { reportChanges, type CollectionReport } from "./report.ts";
import { secretsAt, signed } from "./signature.ts";
import type { Details } from "./webhooks.ts";

const SNAPSHOT = "begin isolation level repeatable read read only";

const CONCURRENCY = 20;
const PER_ORIGIN = 5;

/** The only topic: webhooks need no credential. */
export const TOPIC = "webhook";

export interface WebhookTransportOptions {
  readonly pool: Pool;
  readonly pace: Pace;
  readonly egress: Pick<Egress, "post">;
  /** Where the server is reached, or null when it does not know. */
  readonly publicUrl: string | null;
  readonly clock: () => Date;
}

/** What is noted of a receiver. */
interface Told {
  readonly cursor?: Cursor;
  readonly test?: boolean;
}

/** What there is to tell, and the cursor of a receiver that was told. */
interface News {
  readonly collections: readonly CollectionReport[];
  readonly until: Cursor;
}

/** Webhooks: tells any URL what changed since it was told last, in the form it wants. */
export function webhookTransport(options: WebhookTransportOptions): Transport {
  const { pool, pace, egress, publicUrl, clock } = options;

  async function post(
    { endpoint, publicId, attempts }: Delivery,
    { form, secret, former }: Details,
    event: Event,
    name: string,
  ): Promise<Outcome> {
    const sentAt = clock();
    const { url, body } = fill(form, endpoint, event);
    const id = `msg_${createHash("sha256").update(`${publicId} ${name}`).digest("hex").slice(0, 32)}`;
    const headers = {
      "content-type": "application/json",
      "user-agent": "pushdav",
      "webhook-attempt": String(attempts + 1),
      ...signed(secretsAt(sentAt, secret, former), id, sentAt, body),
    };
    return outcomeOf(await egress.post({ url, headers, body: Buffer.from(body) }), sentAt);
  }

  /**
   * Reads the news since a cursor. One snapshot: what changed between the statements would be neither in this message
   * nor, as what it is to the receiver, in the next.
   */
  function readNews(delivery: Delivery, details: Details, since: Cursor): Promise<News> {
    const { principalId, target, removed, tried } = delivery;
    const { filter, content, collections: ids } = details;
    return inTransaction(pool, SNAPSHOT, async (client) => {
      const until = await readCursor(client, delivery);
      if (removed) return { collections: lastReport(details), until };
      const question = {
        scope: { readerId: principalId, target, collections: ids },
        filter,
        content,
        tried,
      };
      return { collections: await reportChanges(client, question, [since, until], clock()), until };
    });
  }

  return {
    name: WEBHOOK,
    pace,
    concurrency: CONCURRENCY,
    perOrigin: PER_ORIGIN,
    topics: () => [TOPIC],
    async send(delivery) {
      const details = delivery.details as unknown as Details;
      const { cursor = {}, test = false } = delivery.told as Told;
      const { collections, until } = await readNews(delivery, details, cursor);
      const told = { cursor: until };
      const type = test ? "test" : "changed";
      if (collections.length === 0 && !test) return { kind: "needless", told };
      const { account } = details;
      const event: Event = { type, at: clock(), account, collections, origin: publicUrl };
      const name = `${JSON.stringify(cursor)} ${JSON.stringify(until)} ${type}`;
      const outcome = await post(delivery, details, event, name);
      return outcome.kind === "delivered" ? { ...outcome, told } : outcome;
    },
    stop: () => Promise.resolve(),
  };
}

/** What is told of a collection that is gone. */
function lastReport({ filter, hrefs: [href = ""] }: Details): CollectionReport[] {
  const last = { href, title: href, removed: true, syncToken: null };
  return filter.changes.includes("collection") ? [last] : [];
}
