import { setImmediate } from "node:timers/promises";
import type { Pool } from "pg";
import type { Logger } from "pino";
import {
  DavError,
  feedUrlOf,
  mirrorObjects,
  objectsOfFile,
  type ValidObject,
} from "../../../dav/index.ts";
import type { Transaction } from "../../../dav/store.ts";
import { errorMessage } from "../../failure.ts";
import { createEgress, type Egress } from "../../push/egress/index.ts";
import { Loop } from "../../push/loop.ts";
import type { PushConfig } from "../../push/config.ts";
import {
  claimFeeds,
  FEEDS_CHANNEL,
  nextFeed,
  settleFeed,
  type ClaimedFeed,
} from "../../store/feeds.ts";
import { listen } from "../../store/listen.ts";
import { createNudge } from "../../store/nudge.ts";
import { createStore, type Store } from "../../store/store.ts";
import { fetchFeed } from "./fetch.ts";
import { periodOf, retryAfterFailure } from "./pace.ts";

export interface FeedOptions {
  readonly pool: Pool;
  readonly config: Pick<PushConfig, "networks" | "ca">;
  readonly maxResourceSize: number;
  /** Bytes that an account without a quota of its own may store. */
  readonly quota: number;
  readonly log: Logger;
}

/** What a refresh needs. */
interface Refresher extends FeedOptions {
  readonly store: Store;
  readonly egress: Egress;
}

const AT_ONCE = 3;
/** Seconds; longer than fetching over all redirects and storing may take. */
const LEASE = 300;
const TIMEOUT = 30_000;
const LONGEST_PAUSE = 60_000;
const MAX_OBJECTS = 5000;
/** Objects that are read before others get their turn. */
const SLICE = 20;

/**
 * Keeps calendars that mirror feeds in step with them: each is asked for at its pace, under conditions, through the
 * vetted way out, and what changed is stored as any change is, so that it is synchronized and pushed. Any
 * number of processes may do so at once.
 */
export async function startFeeds(options: FeedOptions): Promise<{ stop(): Promise<void> }> {
  const { pool, config, quota, log } = options;
  const egress = createEgress({ ...config, clock: () => new Date(), timeout: TIMEOUT });
  const store = createStore(pool, createNudge(pool), quota);
  const refresher = { ...options, store, egress };
  const loop = new Loop("feeds", () => step(refresher), log);
  const listener = listen(pool.options, FEEDS_CHANNEL, {
    notified: () => loop.ring(),
    listening: (listening) => listening && loop.ring(),
  });
  return {
    async stop() {
      await listener.close();
      await loop.stop();
      egress.close();
    },
  };
}

/** Refreshes what is due; milliseconds until more is. */
async function step(refresher: Refresher): Promise<number> {
  const feeds = await claimFeeds(refresher.pool, AT_ONCE, LEASE);
  await Promise.all(feeds.map((feed) => refresh(refresher, feed)));
  const next = (await nextFeed(refresher.pool)) ?? LONGEST_PAUSE;
  return Math.min(Math.max(next, 0), LONGEST_PAUSE);
}

async function refresh(refresher: Refresher, feed: ClaimedFeed): Promise<void> {
  const { pool, log } = refresher;
  const { etag, lastModified, properties, failures, owner, name } = feed;
  const got = await take(refresher, feed).catch((error: unknown) => {
    return { kind: "failed", error: errorMessage(error), retryAfter: null } as const;
  });
  if (got.kind === "failed") {
    const after = retryAfterFailure(failures, got.retryAfter);
    log.warn(
      { owner, calendar: name, error: got.error, retryInS: Math.round(after) },
      "feed failed",
    );
    return settleFeed(pool, feed, { etag, lastModified, after, error: got.error });
  }
  const version = got.kind === "new" ? got : { etag, lastModified };
  await settleFeed(pool, feed, { ...version, after: periodOf(properties), error: null });
}

/** Fetches a feed and stores what changed. */
async function take(refresher: Refresher, feed: ClaimedFeed) {
  const url = feedUrlOf(feed.properties);
  if (url === null) throw new Error("it has no CS:source");
  const got = await fetchFeed(refresher.egress, { ...feed, url });
  if (got.kind !== "new") return got;
  const objects = await readFeed(got.body, refresher.maxResourceSize);
  const run = (tx: Transaction) => mirror(tx, feed, objects);
  const result = await refresher.store.run({ mode: "write", run }, null);
  refresher.log.debug({ owner: feed.owner, calendar: feed.name, ...result }, "feed fetched");
  return got;
}

/** The objects of a feed that can be stored; the others are left out. @throws DavError where it is no calendar */
async function readFeed(body: Buffer, maxResourceSize: number): Promise<ValidObject[]> {
  if (!/^BEGIN:VCALENDAR/im.test(body.toString("latin1"))) throw new Error("it is no calendar");
  const limits = { maxResourceSize, now: new Date() };
  const objects: ValidObject[] = [];
  let read = 0;
  for (const object of objectsOfFile("calendar", body, limits)) {
    if ("error" in object && object.label === "") throw object.error;
    if ("valid" in object) objects.push(object.valid);
    read += 1;
    if (read > MAX_OBJECTS) throw new DavError(413, `it has more than ${MAX_OBJECTS} objects`);
    if (read % SLICE === 0) await setImmediate();
  }
  return objects;
}

async function mirror(tx: Transaction, feed: ClaimedFeed, objects: readonly ValidObject[]) {
  await tx.lockHome("calendars", feed.owner);
  const collection = await tx.findCollection("calendars", feed.owner, feed.name);
  // It was moved or removed meanwhile.
  if (collection?.id !== feed.collectionId || !collection.subscribed) return null;
  return mirrorObjects(tx, collection, objects);
}
