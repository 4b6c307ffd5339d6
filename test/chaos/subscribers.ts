/** Subscribers of every transport, each of which says what it was told and whether that is the truth. */
import { setTimeout as sleep } from "node:timers/promises";
import { randomBytes } from "node:crypto";
import { registration, readMessage } from "../support/web-push-client.ts";
import { callOne, type Changed, type Parsed } from "../support/jmap-client.ts";
import type { Received, Receiver } from "../support/push-service.ts";
import type { Chance } from "./random.ts";
import { KnownStates } from "./known-states.ts";
import { readObjects, readStates, readNumbers, type Writes } from "./truth.ts";
import type { Surroundings } from "./surroundings.ts";

/** A way in which a subscription may end. */
export type End = "unsubscribed" | "gone";

export interface Subscriber {
  readonly name: string;
  readonly user: string;
  /** When messages arrived. */
  readonly arrivals: () => readonly number[];
  /** How many messages were taken. */
  readonly told: () => number;
  readonly subscribe: () => Promise<void>;
  /** Ends the subscription: by its client, or since the push service knows it no more. */
  readonly end: (how: End) => Promise<void>;
  /** In words what of the truth it was not told; null when it was told all. */
  readonly lacks: () => Promise<string | null>;
  /** Makes its service fail in some way until the function that is returned is called. */
  readonly trouble: (chance: Chance) => () => void;
}

const FAILURES = [
  { status: 500 },
  { status: 502 },
  { status: 302, headers: { location: "https://example.org/" } },
  { status: 429, headers: { "retry-after": "1" } },
  { status: 503, headers: { "retry-after": "1" } },
  "hang",
  "endless",
  "cut",
] as const;

const APNS_FAILURES = [
  { status: 500, reason: "InternalServerError", retryAfter: 1 },
  { status: 503, reason: "ServiceUnavailable", retryAfter: 1 },
  { status: 429, reason: "TooManyRequests", retryAfter: 1 },
  "hang",
  "cut",
  "refuse",
  "goaway-before",
  "goaway-after",
] as const;

/** What subscribers at the web push service have in common. */
function atService(world: Surroundings, receiver: Receiver) {
  const { service } = world;
  const { path } = receiver;
  const gone = () => service.scripts.set(path, { status: 410 });
  return {
    gone,
    /** Ends what has a URL of its own. */
    endAt: async (location: string, user: string, how: End) => {
      if (how === "gone") {
        gone();
        return;
      }
      const { pathname: target } = new URL(location, world.origin());
      await demand(world, { method: "DELETE", target, user, headers: {}, body: "" }, [204, 404]);
    },
    arrivals: () => service.at(receiver).map(({ at }) => at),
    told: () => taken(service.at(receiver)).length,
    trouble(chance: Chance) {
      const failure = chance.pick(FAILURES);
      if (!service.scripts.has(path)) service.scripts.set(path, failure);
      return () => {
        if (service.scripts.get(path) === failure) service.scripts.delete(path);
      };
    },
  };
}

/** What was answered with success, as an answer without end is, too: its status is all that counts. */
function taken(received: readonly Received[]): Received[] {
  return received.filter(({ script }) =>
    typeof script === "object" ? script.status < 300 : script === "endless",
  );
}

async function demand(
  world: Surroundings,
  request: Parameters<Surroundings["send"]>[0],
  statuses: number[],
) {
  const answer = await world.send(request);
  if (!statuses.includes(answer.status))
    throw new Error(`${request.method} ${request.target}: ${answer.status} ${answer.body}`);
  return answer;
}

export function appleDevice(
  world: Surroundings,
  user: string,
  home: "calendars" | "addressbooks",
  writes: Writes,
): Subscriber {
  const { apns, pool } = world;
  const token = randomBytes(32).toString("hex");
  const pushed = () => apns.received.filter((one) => one.token === token);
  const accepted = () =>
    pushed().filter(
      ({ script }) =>
        script === "goaway-after" || (typeof script === "object" && script?.status === 200),
    );
  return {
    name: `${user}'s Apple device for ${home}`,
    user,
    arrivals: () => pushed().map(({ at }) => at),
    told: () => accepted().length,
    async subscribe() {
      const { rows } = await pool.query<{ key: string }>(
        `select push_key as key from home h join principal p on p.id = h.principal_id where p.name = $1 and h.kind = $2`,
        [user, home],
      );
      const target = `/push/apple?token=${token}&key=${rows[0]?.key}`;
      await demand(world, { method: "GET", target, user, headers: {}, body: "" }, [200]);
    },
    async end() {
      apns.byToken.set(token, { status: 410, reason: "Unregistered", timestamp: Date.now() });
    },
    async lacks() {
      const last = accepted().at(-1)?.at ?? 0;
      const written = writes.lastOf(user, home);
      return last >= written ? null : `last told ${written - last} ms before the last write`;
    },
    trouble(chance) {
      const failure = chance.pick(APNS_FAILURES);
      if (!apns.byToken.has(token)) apns.byToken.set(token, failure);
      return () => {
        if (apns.byToken.get(token) === failure) apns.byToken.delete(token);
      };
    },
  };
}

export function webPushClient(world: Surroundings, user: string, collection: string): Subscriber {
  const receiver = world.service.receiver();
  const { endAt, ...common } = atService(world, receiver);
  let location = "";
  let first = 0;
  return {
    ...common,
    name: `${user}'s WebDAV-Push client of ${collection}`,
    user,
    async subscribe() {
      first = (await readNumbers(world, collection)).most;
      const headers = { "content-type": "application/xml" };
      const body = registration(receiver, {});
      const answer = await demand(
        world,
        { method: "POST", target: collection, user, headers, body },
        [201, 204],
      );
      location = answer.headers.get("location") ?? "";
    },
    end: (how) => endAt(location, user, how),
    async lacks() {
      const messages = taken(world.service.at(receiver)).map((one) =>
        readMessage(receiver.decrypt(one)),
      );
      const { uuid, least, most } = await readNumbers(world, collection);
      const token = messages.findLast(({ content }) => content)?.token ?? `data:,${uuid}:${first}`;
      const last = Number(token.slice(`data:,${uuid}:`.length));
      return last >= least && last <= most
        ? null
        : `was told ${token}, true is ${least} to ${most}`;
    },
  };
}

export function jmapReceiver(world: Surroundings, user: string, encrypted: boolean): Subscriber {
  const receiver = world.service.receiver();
  const { gone, ...common } = atService(world, receiver);
  const { url, p256dh, auth, path } = receiver;
  const read = (one: Received): Parsed =>
    JSON.parse(encrypted ? receiver.decrypt(one) : one.body.toString());
  let since: Changed = {};
  let id = "";
  const set = async (args: Readonly<Record<string, unknown>>) =>
    (await callOne(world, "PushSubscription/set", args, user))[1];
  return {
    ...common,
    name: `${user}'s JMAP receiver (${encrypted ? "encrypted" : "plain"})`,
    user,
    async subscribe() {
      const wish = { deviceClientId: path, url, keys: encrypted ? { p256dh, auth } : null };
      if (id === "") id = (await set({ create: { a: wish } })).created.a.id;
      for (let tries = 0; tries < 100; tries += 1) {
        const verification = world.service
          .at(receiver)
          .map(read)
          .find((one) => one["@type"] === "PushVerification" && one.pushSubscriptionId === id);
        if (verification) {
          const { verificationCode } = verification;
          since = await readStates(world, user);
          const { updated } = await set({ update: { [id]: { verificationCode } } });
          if (id in updated) return;
        }
        await sleep(200);
      }
      throw new Error("not verified");
    },
    async end(how) {
      if (how === "gone") gone();
      else await set({ destroy: [id] });
    },
    async lacks() {
      const known = new KnownStates();
      for (const one of taken(world.service.at(receiver)).map(read))
        if (one["@type"] === "StateChange") known.take(one.changed);
      return known.lacks(await readStates(world, user), since);
    },
  };
}

/** A receiver that keeps a list of the objects in collections by what it is told, as a bridge would. */
export function webhookReceiver(
  world: Surroundings,
  user: string,
  collections: readonly string[],
): Subscriber {
  const receiver = world.service.receiver();
  const { endAt, ...common } = atService(world, receiver);
  let location = "";
  let first = new Set<string>();
  const objects = (): Set<string> => {
    const known = new Set(first);
    const seen = new Set<string>();
    for (const { body, headers } of taken(world.service.at(receiver))) {
      const id = String(headers["webhook-id"]);
      if (seen.has(id)) continue;
      seen.add(id);
      for (const { objects: changed } of JSON.parse(body.toString()).data.collections)
        for (const { href, change } of changed?.items ?? []) {
          if (change === "deleted") known.delete(href);
          else known.add(href);
        }
    }
    return known;
  };
  return {
    ...common,
    name: `${user}'s webhook for ${collections.join(" ")}`,
    user,
    async subscribe() {
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify({ url: receiver.url, content: true, collections });
      first = new Set(await readObjects(world, collections));
      const answer = await demand(
        world,
        { method: "POST", target: "/push/webhooks", user, headers, body },
        [201],
      );
      location = answer.headers.get("location") ?? "";
    },
    end: (how) => endAt(location, user, how),
    async lacks() {
      const known = objects();
      const truth = new Set(await readObjects(world, collections));
      const missing = [...truth.difference(known)];
      const surplus = [...known.difference(truth)];
      if (missing.length + surplus.length === 0) return null;
      return `was not told of ${missing.join(" ") || "nothing"} and not of the end of ${surplus.join(" ") || "nothing"}`;
    },
  };
}
