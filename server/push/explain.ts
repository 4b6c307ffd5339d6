import type { Pool } from "pg";
import type { PushConfig } from "./config.ts";
import {
  listConcerned,
  readBacklog,
  type NamedCollection,
  type SubscriptionRow,
} from "./listing.ts";
import { checkCredential } from "./transports/apple/check.ts";

/** Seconds after which a change should have been taken up by a running server. */
const SOON = 15;

/** What an administrator wants to know of the pushes about a collection. */
export interface Explanation {
  readonly lines: readonly string[];
  /** Who would be told of a change. */
  readonly subscriptions: readonly SubscriptionRow[];
}

async function explainApple(config: PushConfig, home: string, now: Date): Promise<string> {
  const kind = home === "calendars" ? "calendars" : "addressbooks";
  const credential = kind === "calendars" ? config.apple.calendar : config.apple.contacts;
  if (!credential) return "not offered: no credential is configured for it";
  const { topic, usable, problems } = await checkCredential(credential, kind, now);
  return usable
    ? [`offered on ${topic}`, ...problems].join("; ")
    : `not offered: ${problems.join("; ")}`;
}

function explainSwitch(on: boolean, variable: string): string {
  return on ? "offered" : `not offered: ${variable} is off`;
}

async function explainBacklog(pool: Pool, now: Date): Promise<string[]> {
  const { changes, since } = await readBacklog(pool);
  const seconds = since ? (now.getTime() - since.getTime()) / 1000 : 0;
  if (seconds < SOON) return [];
  return [`${changes} changes have waited for ${Math.round(seconds)} s: is the server running?`];
}

/** Says which channels clients are offered for a collection, and whom a change in it would reach. */
export async function explainCollection(
  pool: Pool,
  config: PushConfig,
  collection: NamedCollection,
  now: Date,
): Promise<Explanation> {
  const lines = [
    `Apple push: ${await explainApple(config, collection.home, now)}`,
    `WebDAV-Push: ${explainSwitch(config.web, "PUSHDAV_WEB_PUSH")}`,
    `JMAP push: ${explainSwitch(config.jmap, "PUSHDAV_JMAP")}`,
    `webhooks: ${explainSwitch(config.webhooks, "PUSHDAV_WEBHOOKS")}`,
    ...(await explainBacklog(pool, now)),
  ];
  return { lines, subscriptions: await listConcerned(pool, collection) };
}
