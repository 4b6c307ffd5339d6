/**
 * Chaos: writers and subscribers of every transport on two servers with one database, while processes are killed, the
 * database is restarted and push services fail. In the end every subscription that is still valid must have been told
 * the truth, and none that is not anything.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { disableAccount } from "../../server/accounts/accounts.ts";
import { Chance } from "./random.ts";
import {
  appleDevice,
  jmapReceiver,
  webhookReceiver,
  webPushClient,
  type End,
  type Subscriber,
} from "./subscribers.ts";
import { EventStreamClient } from "./event-stream.ts";
import { Writes } from "./truth.ts";
import { openWorld, type World } from "./world.ts";
import { write } from "./writers.ts";

const HELP = `npm run chaos -- [OPTIONS]
  --seed N     what chance decides (the time)
  --seconds N  how long to write and to kill (60)
`;

const { values: given } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    seconds: { type: "string", default: "60" },
    help: { type: "boolean", default: false },
  },
});

const CALENDAR = "/dav/calendars/alice/calendar/";
const SHARED = "/dav/calendars/alice/shared/";
const BOOK = "/dav/addressbooks/alice/addressbook/";
const BOBS = "/dav/calendars/bob/calendar/";

/** Writers at once. */
const WRITERS = 4;
/** Milliseconds in which what was on its way to an ended subscription may still arrive. */
const GRACE = 15_000;
/** Milliseconds in which everything must have been told when all is well again: two leases and more. */
const RECOVERY = 240_000;

/** Milliseconds in which a request must have worked, however often its server was killed. */
const INSISTENCE = 180_000;

/** Does something until it works: the server may be away. Gives what came of it. */
async function insist<Result>(work: () => Promise<Result>, what: string): Promise<Result> {
  for (const late = Date.now() + INSISTENCE; ;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > late) throw new Error(`${what} did not work`, { cause: error });
      await sleep(500);
    }
  }
}

function acl(readers: readonly string[]): string {
  const aces = readers.map(
    (name) =>
      `<ace><principal><href>/dav/principals/${name}/</href></principal><grant><privilege><read/></privilege></grant></ace>`,
  );
  return `<acl xmlns="DAV:">${aces.join("")}</acl>`;
}

function share({ send }: World, readers: readonly string[]): Promise<void> {
  const work = async () => {
    const request = {
      method: "ACL",
      target: SHARED,
      user: "alice",
      headers: {},
      body: acl(readers),
    };
    const { status } = await send(request);
    if (status !== 200) throw new Error(`ACL: ${status}`);
  };
  return insist(work, "sharing");
}

/** Those who stay to the end. */
function lasting(world: World, writes: Writes): Subscriber[] {
  return [
    appleDevice(world, "alice", "calendars", writes),
    appleDevice(world, "alice", "calendars", writes),
    appleDevice(world, "alice", "addressbooks", writes),
    appleDevice(world, "bob", "calendars", writes),
    webPushClient(world, "alice", CALENDAR),
    webPushClient(world, "alice", BOOK),
    webPushClient(world, "bob", SHARED),
    webPushClient(world, "bob", BOBS),
    jmapReceiver(world, "alice", true),
    jmapReceiver(world, "bob", false),
    new EventStreamClient(world, "alice"),
    new EventStreamClient(world, "bob"),
    webhookReceiver(world, "alice", [CALENDAR, SHARED, BOOK]),
    webhookReceiver(world, "bob", [SHARED]),
  ];
}

interface Doomed {
  readonly subscriber: Subscriber;
  readonly how: End | "access lost" | "account disabled";
  endedAt: number;
}

/** Those whose subscriptions end on the way. */
function doomed(world: World, writes: Writes): Doomed[] {
  const ending = (how: Doomed["how"], subscriber: Subscriber) => ({ how, subscriber, endedAt: 0 });
  return [
    ending("gone", appleDevice(world, "alice", "calendars", writes)),
    ending("gone", webPushClient(world, "alice", CALENDAR)),
    ending("unsubscribed", webPushClient(world, "alice", CALENDAR)),
    ending("gone", jmapReceiver(world, "alice", true)),
    ending("unsubscribed", jmapReceiver(world, "bob", false)),
    ending("gone", webhookReceiver(world, "alice", [CALENDAR])),
    ending("unsubscribed", webhookReceiver(world, "alice", [CALENDAR])),
    ending("access lost", webPushClient(world, "carol", SHARED)),
    ending("access lost", webhookReceiver(world, "carol", [SHARED])),
    ending("account disabled", webPushClient(world, "dave", SHARED)),
    ending("account disabled", webhookReceiver(world, "dave", [SHARED])),
    ending("account disabled", new EventStreamClient(world, "dave")),
  ];
}

async function endAll(world: World, all: readonly Doomed[]): Promise<void> {
  await share(world, ["bob", "dave"]);
  await insist(() => disableAccount(world.pool, "dave"), "disabling");
  for (const one of all) {
    const { how, subscriber } = one;
    if (how === "gone" || how === "unsubscribed")
      await insist(() => subscriber.end(how), subscriber.name);
    one.endedAt = Date.now();
  }
}

type Counts = Record<string, number>;

/** Lets services fail for a while, several at once. */
async function failServices(
  chance: Chance,
  subscribers: readonly Subscriber[],
  going: () => boolean,
  counts: Counts,
): Promise<void> {
  const pending: Promise<void>[] = [];
  while (going()) {
    const stop = chance.pick(subscribers).trouble(chance);
    counts["services failed"] = (counts["services failed"] ?? 0) + 1;
    pending.push(sleep(chance.between(500, 6000)).then(stop));
    await sleep(chance.between(200, 1500));
  }
  await Promise.all(pending);
}

/** Kills processes and restarts the database, each time after some writes have succeeded, however slow the machine is. */
async function killProcesses(
  world: World,
  chance: Chance,
  writes: Writes,
  going: () => boolean,
  counts: Counts,
): Promise<void> {
  const pending: Promise<void>[] = [];
  const kinds: Readonly<Record<string, () => Promise<void>>> = {
    "workers killed": () => chance.pick(world.servers).killWorker(chance),
    "servers killed": async () => {
      const isAlone = world.servers.some(({ url }) => url === null);
      if (!isAlone) await chance.pick(world.servers).killAndStart(chance.between(0, 3000));
    },
    "databases restarted": async () => {
      const signal = chance.pick(["SIGINT", "SIGQUIT", "SIGKILL"] as const);
      if (world.postgres.pid !== undefined) process.kill(world.postgres.pid, signal);
    },
  };
  const order = ["workers killed", "servers killed", "workers killed", "databases restarted"];
  for (let round = 0; going(); round += 1) {
    const enough = writes.count + chance.between(5, 60);
    while (going() && writes.count < enough) await sleep(20);
    const kind = order[round % order.length] ?? "";
    counts[kind] = (counts[kind] ?? 0) + 1;
    pending.push(kinds[kind]?.() ?? Promise.resolve());
  }
  await Promise.all(pending);
}

/** Lets the waits of back-offs pass. @returns whether nothing is left to be told */
async function letTimePass({ pool }: World): Promise<boolean> {
  await pool.query("delete from push_origin");
  await pool.query(
    "update push_delivery set due_at = now() where due_at > now() + interval '2 seconds'",
  );
  const { rows } = await pool.query<{ left: number }>(
    `select (select count(*) from outbox) + (select count(*) from push_delivery d
       join push_subscription s on s.id = d.subscription_id where s.silent_since is null) as left`,
  );
  return rows[0]?.left === 0;
}

async function recover(world: World): Promise<boolean> {
  const late = Date.now() + RECOVERY;
  while (Date.now() < late) {
    if (await letTimePass(world).catch(() => false)) return true;
    await sleep(1000);
  }
  return false;
}

/** In words what is wrong in the end. */
async function judge(
  lasters: readonly Subscriber[],
  endings: readonly Doomed[],
): Promise<string[]> {
  const wrong: string[] = [];
  for (const subscriber of lasters) {
    // An event stream opens again by itself, within a while.
    // The truth is asked of a server, whose last killed worker may still be on its way back.
    const lacks = () => insist(() => subscriber.lacks(), subscriber.name);
    let lack = await lacks();
    for (let tries = 0; lack !== null && tries < 40; tries += 1) {
      await sleep(250);
      lack = await lacks();
    }
    if (lack !== null) wrong.push(`${subscriber.name}: ${lack}`);
    if (subscriber.told() === 0) wrong.push(`${subscriber.name}: was never told anything`);
  }
  for (const { subscriber, how, endedAt } of endings) {
    const late = subscriber.arrivals().filter((at) => at > endedAt + GRACE);
    const most = how === "gone" ? 3 : 0;
    if (late.length > most)
      wrong.push(`${subscriber.name} (${how}): was told ${late.length} times after its end`);
  }
  return wrong;
}

async function run(world: World, chance: Chance, seconds: number): Promise<string[]> {
  const writes = new Writes();
  const made = await world.send({
    method: "MKCALENDAR",
    target: SHARED,
    user: "alice",
    headers: {},
    body: "",
  });
  if (made.status !== 201) throw new Error(`MKCALENDAR: ${made.status}`);
  await share(world, ["bob", "carol", "dave"]);
  const lasters = lasting(world, writes);
  const endings = doomed(world, writes);
  const all = [...lasters, ...endings.map(({ subscriber }) => subscriber)];
  for (const subscriber of all) await insist(() => subscriber.subscribe(), subscriber.name);
  const end = Date.now() + seconds * 1000;
  const going = () => Date.now() < end;
  const writers = Array.from({ length: WRITERS }, () =>
    write(world, chance.split(), writes, going),
  );
  const ending = sleep(seconds * 400).then(() => endAll(world, endings));
  const work = Promise.all([...writers, ending]);
  work.catch(() => undefined);
  const counts: Counts = {};
  await Promise.all([
    failServices(chance.split(), lasters, going, counts),
    killProcesses(world, chance.split(), writes, going, counts),
  ]);
  await work;
  process.stdout.write(
    `${writes.count} writes, ${writes.failed} without an answer; ${JSON.stringify(counts)}\n`,
  );
  const endedAt = Date.now();
  const settled = await recover(world);
  process.stdout.write(`told all after ${((Date.now() - endedAt) / 1000).toFixed(1)} s\n`);
  for (const subscriber of all)
    process.stdout.write(`  ${subscriber.told()} told: ${subscriber.name}\n`);
  return [...(settled ? [] : ["deliveries are left"]), ...(await judge(lasters, endings))];
}

async function chaos(): Promise<void> {
  const seed = Number(given.seed);
  const chance = new Chance(seed);
  process.stdout.write(`seed ${seed}\n`);
  const world = await openWorld(chance.split());
  try {
    const wrong = await run(world, chance, Number(given.seconds));
    for (const line of wrong) process.stdout.write(`WRONG: ${line}\n`);
    process.stdout.write(wrong.length === 0 ? "all is well\n" : `seed ${seed}\n`);
    process.exitCode = wrong.length === 0 ? 0 : 1;
  } finally {
    await world.close();
  }
}

if (given.help) process.stdout.write(HELP);
else await chaos();
