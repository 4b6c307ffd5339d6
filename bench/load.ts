import type { Pool } from "pg";
import { createAccount, listAccounts } from "../server/accounts/accounts.ts";
import { readConfig, type Environment } from "../server/config.ts";
import { ensureSchema, openDatabase, withPool } from "../server/database.ts";
import { createStore } from "../server/store/store.ts";
import { validateObject } from "../dav/index.ts";
import type { CollectionKind, HomeKind } from "../dav/store.ts";
import { card, event } from "./data.ts";

/** An account with a calendar of so many events and an address book. */
export interface Sample {
  readonly user: string;
  readonly events: number;
}

export const PASSWORD = "correct horse battery staple";
/** Cards in the address book of an account with so many events. */
const cardsFor = (events: number): number => (events > 10_000 ? 20_000 : 1000);
/** Objects stored in one transaction. */
const BATCH = 100;

/** Fills a data folder with the samples that are not in it yet, before a server runs on it. */
export async function fill(environment: Environment, samples: readonly Sample[]): Promise<void> {
  const config = readConfig(environment);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const database = await openDatabase(config, {
    purpose: "bench",
    share: false,
    notice: say,
    onLost: (error) => say(error.message),
  });
  try {
    await ensureSchema(config, database.url);
    await withPool(config, database.url, async (pool) => {
      const there = new Set((await listAccounts(pool)).map(({ name }) => name));
      for (const sample of samples) if (!there.has(sample.user)) await loadSample(pool, sample);
      await pool.query(
        "vacuum (analyze) object, occurrence, text_index, collection, home, binding, principal",
      );
    });
  } finally {
    await database.close({ now: true });
  }
}

async function loadSample(pool: Pool, { user, events }: Sample): Promise<void> {
  const cards = cardsFor(events);
  process.stderr.write(`loading ${events} events and ${cards} cards for ${user}\n`);
  await createAccount(pool, { name: user, password: PASSWORD, email: `${user}@example.org` });
  await store(pool, { user, home: "calendars", name: "calendar" }, eventName, event, events);
  await store(pool, { user, home: "addressbooks", name: "addressbook" }, cardName, card, cards);
  // Nobody subscribed, so there is nobody to tell.
  await pool.query("truncate outbox");
}

export const eventName = (index: number): string => `event-${index}.ics`;
const cardName = (index: number): string => `card-${index}.vcf`;

/** Stores objects as PUT does, many in one transaction. */
async function store(
  pool: Pool,
  place: { user: string; home: HomeKind; name: string },
  nameOf: (index: number) => string,
  textOf: (index: number) => string,
  count: number,
): Promise<void> {
  const transactions = createStore(pool, () => undefined);
  const kind: CollectionKind = place.home === "calendars" ? "calendar" : "addressbook";
  const now = new Date();
  for (let from = 0; from < count; from += BATCH) {
    const objects = Array.from({ length: Math.min(BATCH, count - from) }, (_, offset) => ({
      ...validateObject(kind, Buffer.from(textOf(from + offset)), now),
      name: nameOf(from + offset),
    }));
    const run = async (tx: Parameters<Parameters<typeof transactions.run>[0]["run"]>[0]) => {
      await tx.lockHome(place.home, place.user);
      const collection = await tx.findCollection(place.home, place.user, place.name);
      if (collection === null) throw new Error(`there is no ${place.name}`);
      for (const object of objects) await tx.putObject(collection, object, null);
    };
    await transactions.run({ mode: "write", run }, null);
  }
}
