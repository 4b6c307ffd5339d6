import { createHash } from "node:crypto";
import type { Pool } from "pg";
import { pushMessage } from "../../../../dav/push/message.ts";
import { topicOf } from "../../../../dav/push/topic.ts";
import { formatToken } from "../../../../dav/synctoken.ts";
import { rowsOf, type Statement } from "../../../store/query.ts";
import type { Target } from "../../topics.ts";
import { WEB_PUSH, type Delivery, type Pace, type Transport } from "../../transport.ts";
import { readReceiverKeys } from "../../webpush/encrypt.ts";
import type { SendMessage } from "../../webpush/index.ts";
import type { WatchedKeys } from "../../webpush/watched-keys.ts";
import { createUrgency } from "./urgency.ts";

const CONCURRENCY = 200;
/** Enough for a claim to take many at once, which costs hardly more than one, and for a service that is far away. */
const PER_ORIGIN = 25;

/** Seconds a push service keeps a message: a phone may be off for a night, and polls after that. */
const TTL = 86_400;

export interface WebPushTransportOptions {
  readonly pool: Pool;
  readonly pace: Pace;
  readonly keys: WatchedKeys;
  readonly send: SendMessage;
  /** The mark in the tokens of homes. */
  readonly mark: () => string;
  readonly clock: () => Date;
}

/** What a target is called in messages, and its number now. $1 owner, $2 home, $3 collection or null. */
const STATE: Statement = {
  name: "web-push-state",
  text: `select push_key as "pushKey", uuid, sync_seq as seq from home where principal_id = $1 and kind = $2 and $3::bigint is null
    union all
    select push_key, uuid, sync_seq from collection where principal_id = $1 and id = $3`,
};

interface State {
  pushKey: string;
  uuid: string;
  seq: number;
}

/**
 * The service replaces an undelivered message by one with the same name, which may tell no less: so there is a name for
 * each set of triggers. It tells the service nothing.
 */
function nameOf({ publicId, content, property }: Delivery): string {
  const told = `${publicId} ${content} ${property}`;
  return createHash("sha256").update(told).digest("base64url").slice(0, 32);
}

/** WebDAV-Push: tells clients over Web Push which of their collections changed (draft-bitfire-webdav-push). */
export function webPushTransport(options: WebPushTransportOptions): Transport {
  const { pool, pace, keys, send, mark, clock } = options;
  const urgencyOf = createUrgency(pool, clock);

  /** Shared by the deliveries that are begun together, but with none that is claimed later and may announce more. */
  const asked = new Map<string, Promise<State | undefined>>();

  function stateOf({ ownerId, home, collectionId }: Target): Promise<State | undefined> {
    const values = [ownerId, home, collectionId];
    const name = values.join(" ");
    const state = asked.get(name) ?? rowsOf<State>(pool, STATE, values).then(([found]) => found);
    asked.set(name, state);
    queueMicrotask(() => asked.delete(name));
    return state;
  }

  async function messageOf(delivery: Delivery): Promise<string> {
    const { target, principalId, content, property, details } = delivery;
    const state = await stateOf(target);
    const { ownerId } = target;
    const topic = state
      ? topicOf({ pushKey: state.pushKey, ownerId }, principalId)
      : String(details["topic"]);
    const marked = target.collectionId === null ? mark() : "";
    const syncToken = state ? formatToken({ ...state, mark: marked }) : null;
    return pushMessage({ topic, content, property, syncToken });
  }

  return {
    name: WEB_PUSH,
    pace,
    concurrency: CONCURRENCY,
    perOrigin: PER_ORIGIN,
    topics: () => keys.names(),
    async send(delivery) {
      const { p256dh, auth } = delivery.details;
      const receiver = readReceiverKeys(String(p256dh), String(auth));
      const vapid = keys.find(delivery.topic);
      if (!receiver) return { kind: "stale", error: "the keys of the registration are no keys" };
      if (!vapid) return { kind: "held", error: "the key of the registration is not known yet" };
      return send({
        endpoint: delivery.endpoint,
        keys: receiver,
        vapid,
        contentType: 'application/xml; charset="UTF-8"',
        body: await messageOf(delivery),
        ttl: TTL,
        urgency: await urgencyOf(delivery),
        topic: nameOf(delivery),
      });
    },
    stop: () => Promise.resolve(),
  };
}
