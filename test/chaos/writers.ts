/** Writers, who go on whatever happens. */
import { setTimeout as sleep } from "node:timers/promises";
import { event } from "../support/events.ts";
import type { Chance } from "./random.ts";
import type { Writes } from "./truth.ts";
import type { Surroundings } from "./surroundings.ts";

/** Names in each collection: few enough that a webhook tells every object. */
const NAMES = 15;

/** Who writes where. */
export const COLLECTIONS = [
  ["alice", "/dav/calendars/alice/calendar/"],
  ["alice", "/dav/calendars/alice/shared/"],
  ["alice", "/dav/addressbooks/alice/addressbook/"],
  ["bob", "/dav/calendars/bob/calendar/"],
  ["bob", "/dav/addressbooks/bob/addressbook/"],
] as const;

/** Statuses of changes that changed something, and of those that found nothing to change. */
const DONE = new Set([200, 201, 204, 207]);
const NOTHING = new Set([404, 405, 412, 403, 409]);
/** What a server may answer while its database is away. */
const AWAY = new Set([500, 502, 503, 504]);

interface Change {
  readonly method: string;
  readonly target: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const card = (uid: string, name: string) =>
  `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${uid}\r\nFN:${name}\r\nN:;${name};;;\r\nEND:VCARD\r\n`;

function put(collection: string, name: string, text: string): Change {
  const isCard = collection.includes("/addressbooks/");
  return {
    method: "PUT",
    target: `${collection}${name}`,
    body: isCard ? card(`${collection}${name}`, text) : event(`${collection}${name}`, text),
    headers: { "content-type": isCard ? "text/vcard" : "text/calendar" },
  };
}

function choose(chance: Chance, collection: string, text: string): Change[] {
  const name = () =>
    `o${Math.floor(chance.next() * NAMES)}${collection.includes("/addressbooks/") ? ".vcf" : ".ics"}`;
  const dice = chance.next();
  if (dice < 0.6) return [put(collection, name(), text)];
  if (dice < 0.8) return [{ method: "DELETE", target: `${collection}${name()}` }];
  if (dice < 0.87) {
    const headers = { destination: `${collection}${name()}`, overwrite: "T" };
    return [{ method: "MOVE", target: `${collection}${name()}`, headers }];
  }
  if (dice < 0.92)
    return Array.from({ length: 12 }, (_, i) => put(collection, name(), `${text}.${i}`));
  // Others than those that are subscribed to: a change of properties has no token of its own to compare.
  const target = collection.replace(/[^/]+\/$/, `extra${Math.floor(chance.next() * 3)}/`);
  if (dice < 0.96) {
    const make = collection.includes("/calendars/") ? "MKCALENDAR" : "DELETE";
    return [{ method: chance.next() < 0.5 ? make : "DELETE", target }];
  }
  const body = `<propertyupdate xmlns="DAV:"><set><prop><displayname>${text}</displayname></prop></set></propertyupdate>`;
  return [{ method: "PROPPATCH", target, body }];
}

/** Writes until it is told to stop. @throws Error at an answer that nothing explains */
export async function write(
  world: Surroundings,
  chance: Chance,
  writes: Writes,
  going: () => boolean,
): Promise<void> {
  for (let count = 0; going(); count += 1) {
    const [user, collection] = chance.pick(COLLECTIONS);
    // Bytes that are there already would be no change.
    const text = `${count} ${chance.next()}`;
    for (const change of choose(chance, collection, text)) await apply(world, user, change, writes);
    await sleep(chance.between(0, 200));
  }
}

async function apply(
  world: Surroundings,
  user: string,
  change: Change,
  writes: Writes,
): Promise<void> {
  const { method, target, body = "", headers = {} } = change;
  const at = Date.now();
  const answer = await world
    .send({ method, target, user, headers: { ...headers }, body })
    .catch(() => null);
  if (answer === null || AWAY.has(answer.status)) {
    writes.failed += 1;
    return;
  }
  const [, , home = ""] = target.split("/");
  if (DONE.has(answer.status)) writes.note(user, home, at);
  else if (!NOTHING.has(answer.status))
    throw new Error(`${method} ${target}: ${answer.status} ${answer.body}`);
}
