import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "pg";
import { needAccount } from "../accounts/accounts.ts";
import { Failure } from "../failure.ts";
import { createEgress } from "../push/egress/index.ts";
import { explainCollection } from "../push/explain.ts";
import { findCollections, findSubscriptions, listSubscriptions } from "../push/listing.ts";
import type { SubscriptionRow } from "../push/listing.ts";
import { aboutOf, deviceOf, stateOf } from "../push/state.ts";
import { deliverTest } from "../push/subscriptions.ts";
import { contactOf } from "../push/webpush/contact.ts";
import { createWebPush } from "../push/webpush/index.ts";
import { rotate } from "../push/webpush/rotate.ts";
import { createVapid } from "../push/webpush/vapid.ts";
import type { Command } from "./command.ts";
import { table } from "./table.ts";
import { runnerOf, takeArguments, type Action } from "./verbs.ts";

/** Seconds to wait for the server to send a test. */
const PATIENCE = 30;

/** Characters of an id that are shown; any unique beginning will do. */
const SHOWN = 8;

const COLUMNS = ["ID", "ACCOUNT", "CHANNEL", "ABOUT", "CLIENT", "DEVICE", "STATE"];

const clock = () => new Date();

const OPTIONS = { json: { type: "boolean", default: false } } as const;

type Act = Action<typeof OPTIONS>;

function row(subscription: SubscriptionRow): string[] {
  const { publicId, principal, transport, userAgent } = subscription;
  const client = userAgent.slice(0, 40);
  const id = publicId.slice(0, SHOWN);
  const about = aboutOf(subscription);
  const device = deviceOf(subscription);
  return [id, principal, transport, about, client, device, stateOf(subscription, clock())];
}

function inWords(subscriptions: readonly SubscriptionRow[]): string {
  return subscriptions.length === 0
    ? "nobody is subscribed"
    : table(COLUMNS, subscriptions.map(row));
}

const list: Act = async (args, context, { json }) => {
  const usage = "pushdav push list [NAME] [--json]";
  const [name = null] = takeArguments(args, usage, { least: 0, most: 1 });
  const found = await context.withDatabase(async ({ pool }) => {
    if (name !== null) await needAccount(pool, name);
    return listSubscriptions(pool, name?.toLowerCase() ?? null);
  });
  context.print(json ? JSON.stringify(found.map(shown)) : inWords(found));
};

/** Without what would let others push in our name. */
function shown(subscription: SubscriptionRow) {
  const { endpoint: _, ...rest } = subscription;
  return { ...rest, device: deviceOf(subscription), state: stateOf(subscription, clock()) };
}

const test: Act = async (args, context) => {
  const [beginning = ""] = takeArguments(args, "pushdav push test ID", { least: 1 });
  const words = await context.withDatabase(({ pool }) => sendTest(pool, beginning));
  context.print(words);
};

async function sendTest(pool: Pool, beginning: string): Promise<string> {
  const [subscription, another] = await findSubscriptions(pool, beginning);
  if (!subscription)
    throw new Failure(`no subscription's id begins with ${beginning}; see push list`);
  if (another) throw new Failure(`several ids begin with ${beginning}; say more of it`);
  if (subscription.silentSince !== null) throw new Failure(stateOf(subscription, clock()));
  await deliverTest(pool, subscription.id);
  let why: string | null = null;
  for (let waited = 0; waited < PATIENCE; waited += 0.25) {
    await sleep(250);
    const [now] = await findSubscriptions(pool, subscription.publicId);
    if (!now) return "the push service says that the subscription is gone; it was removed";
    why = now.lastError;
    if (now.lastAttemptAt?.getTime() === subscription.lastAttemptAt?.getTime()) continue;
    if (why !== null) throw new Failure(why);
    return "the push service has it";
  }
  throw new Failure(`nothing was sent within ${PATIENCE} s: ${why ?? "is the server running?"}`);
}

const explain: Act = async (args, context) => {
  const usage = "pushdav push explain NAME [COLLECTION]";
  const [given = "", collection = null] = takeArguments(args, usage, { least: 1, most: 2 });
  const name = given.toLowerCase();
  const config = context.config();
  await context.withDatabase(async ({ pool }) => {
    await needAccount(pool, name);
    const found = await findCollections(pool, name, collection);
    if (found.length === 0) throw new Failure(`${name} has no collection ${collection ?? ""}`);
    for (const one of found) {
      const { lines, subscriptions } = await explainCollection(pool, config.push, one, clock());
      context.print(`${one.home}/${name}/${one.name}/`);
      for (const line of lines) context.print(`  ${line}`);
      context.print(`${inWords(subscriptions).replaceAll(/^/gm, "  ")}\n`);
    }
  });
};

const rotateKey: Act = async (args, context) => {
  takeArguments(args, "pushdav push rotate-key", { least: 0 });
  const egress = createEgress({ ...context.config().push, clock });
  const authorize = createVapid(contactOf(context.config().push), clock);
  const send = createWebPush({ egress, authorize, clock });
  const { endpoints, reached, publicKey } = await context
    .withDatabase(({ pool }) => rotate(pool, send))
    .finally(() => egress.close());
  context.print(`${reached} of ${endpoints} clients were told; the key is now ${publicKey}`);
  context.print("what registered under the former key is served under it until it registers again");
};

const ACTIONS: Readonly<Record<string, Act>> = { list, test, explain, "rotate-key": rotateKey };

export const push: Command = {
  help: `Usage: pushdav push list [NAME] [--json]
       pushdav push test ID
       pushdav push explain NAME [COLLECTION]
       pushdav push rotate-key

  list        every subscription, or those of an account, with its client and how it fares
  test        push to one subscription now and say what the push service answers; needs the
              running server. ID is what \`list\` shows, or the beginning of it
  explain     for each collection of an account, or one: which channels clients are offered,
              who would be told of a change, when they were told last, and what is in the way
  rotate-key  tell WebDAV-Push clients that the server's key changes, and change it

Examples:
  pushdav push list ann
  pushdav push explain ann calendar
  pushdav push list --json | jq -r '.[] | select(.lastError) | .principal'`,
  run: runnerOf(OPTIONS, ACTIONS),
};
