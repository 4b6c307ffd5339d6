/** What tests of push share: people, changes, configuration for the stand-in, and a log that can be read. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import type { Pool } from "pg";
import { type Logger, pino } from "pino";
import type { HomeKind } from "../../dav/store.ts";
import type { AppleConfig, AppleCredentialConfig } from "../../server/push/config.ts";
import { DUE, OUTBOX_CHANNEL } from "../../server/store/nudge.ts";
import type { Room } from "../../server/push/deliveries.ts";
import { recordSubscription } from "../../server/push/subscriptions.ts";
import type { Transport } from "../../server/push/transport.ts";
import type { ApnsStandIn } from "./apns.ts";
import type { Issued } from "./certificates.ts";

type Teardown = Pick<ExecutionContext, "teardown">;

export const TOPICS = {
  calendars: "com.apple.calendar.XServer.0f1e2d3c-0000-4000-8000-5566778899aa",
  addressbooks: "com.apple.contact.XServer.0f1e2d3c-0000-4000-8000-5566778899bb",
} as const;

/** A transport to claim deliveries for: Apple's, of calendars, unless given otherwise. */
export function transportOf(given: Pick<Transport, "pace"> & Partial<Transport>): Transport {
  return {
    name: "apple",
    concurrency: 10,
    perOrigin: 10,
    topics: () => [TOPICS.calendars],
    send: () => Promise.resolve({ kind: "delivered" }),
    stop: () => Promise.resolve(),
    ...given,
  };
}

/** Room for ten deliveries, with none under way. */
export const ROOM: Room = { free: 10, origins: new Map() };

export interface Person {
  readonly id: number;
  readonly name: string;
  readonly keys: Readonly<Record<HomeKind, string>>;
}

/** An account with both homes. */
export async function addPerson(pool: Pool, name: string): Promise<Person> {
  const keys = {
    calendars: randomBytes(16).toString("base64url"),
    addressbooks: randomBytes(16).toString("base64url"),
  };
  const { rows } = await pool.query<{ id: number }>(
    `with p as (insert into principal (kind, name, display_name) values ('individual', $1, $1) returning id),
     h as (insert into home (principal_id, kind, push_key)
       select id, kind, key from p, (values ('calendars', $2), ('addressbooks', $3)) as k (kind, key))
     select id from p`,
    [name, keys.calendars, keys.addressbooks],
  );
  return { id: rows[0]?.id ?? 0, name, keys };
}

/** What the store does in the transaction of a change. */
export async function change(
  pool: Pick<Pool, "query">,
  person: Person,
  home: HomeKind = "calendars",
): Promise<void> {
  await pool.query(
    `with changed as (insert into outbox (principal_id, home, seq, change) values ($1, $2, 1, 'content'))
     select pg_notify('pushdav_outbox', '')`,
    [person.id, home],
  );
}

/** A device token as Apple's look today. */
export function deviceToken(): string {
  return randomBytes(32).toString("hex");
}

/** Subscribes a device to a home of its person. Returns its token. */
export async function subscribe(
  pool: Pool,
  person: Person,
  home: HomeKind = "calendars",
  token: string = deviceToken(),
  now: Date = new Date(),
  topics: Readonly<Record<HomeKind, string>> = TOPICS,
): Promise<string> {
  const { kind } = await recordSubscription(
    pool,
    {
      principalId: person.id,
      transport: "apple",
      identity: `${token} ${person.keys[home]}`,
      endpoint: token,
      origin: "",
      target: { ownerId: person.id, home, collectionId: null },
      topic: topics[home],
      details: { key: person.keys[home] },
      userAgent: "iOS/26.1 (23B85) dataaccessd/1.0",
      address: "192.0.2.7",
      expiresAt: new Date(now.getTime() + 14 * 86_400_000),
    },
    { most: 200, evict: true },
    now,
  );
  if (kind === "refused" || kind === "full") throw new Error("not subscribed");
  return token;
}

/** A folder that goes with the test. */
export async function temporaryFolder(t: Teardown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pushdav-push-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export const NO_CREDENTIAL: AppleCredentialConfig = {
  certificate: null,
  key: null,
  passphrase: null,
  p8: null,
  keyId: null,
  teamId: null,
  topic: null,
};

/** Writes a certificate and its key as files. */
export async function writeCredential(
  folder: string,
  name: string,
  issued: Issued,
): Promise<AppleCredentialConfig> {
  const certificate = join(folder, `${name}.pem`);
  const key = join(folder, `${name}.key`);
  await writeFile(certificate, issued.certificate);
  await writeFile(key, issued.key);
  return { ...NO_CREDENTIAL, certificate, key };
}

/** Configuration that sends to the stand-in with a certificate for each topic. */
export async function appleConfig(
  t: Teardown,
  standIn: Pick<ApnsStandIn, "authority" | "port">,
): Promise<AppleConfig> {
  const folder = await temporaryFolder(t);
  const { authority, port } = standIn;
  const issue = (home: HomeKind) =>
    writeCredential(folder, home, authority.issuePushCertificate(TOPICS[home]));
  const ca = join(folder, "ca.pem");
  await writeFile(ca, authority.certificate);
  return {
    calendar: await issue("calendars"),
    contacts: await issue("addressbooks"),
    host: "localhost",
    port,
    ca,
    environment: "PRODUCTION",
    refreshInterval: 172_800,
    expiration: 86_400,
    priority: 5,
    pushType: "background",
    aps: false,
  };
}

export interface ReadableLog {
  readonly log: Logger;
  /** Everything logged so far, one JSON object a line. */
  readonly text: () => string;
}

export function readableLog(): ReadableLog {
  let text = "";
  const log = pino({ level: "debug" }, { write: (line: string) => (text += line) });
  return { log, text: () => text };
}

/** Resolves when the condition holds; fails after `ms`, which is for a hang: the machines that run this are shared. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  what: string,
  ms = 180_000,
): Promise<void> {
  const late = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > late) throw new Error(`not after ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Resolves when every change has been taken up and every delivery has ended, save `pending` ones that wait for something:
 * what was not sent by then never will be.
 */
export async function settled(pool: Pool, pending = 0): Promise<void> {
  await eventually(async () => {
    const { rows } = await pool.query<{ changes: number; deliveries: number; claimed: number }>(
      `select (select count(*) from outbox) as changes,
         count(*) as deliveries, count(claimed_until) as claimed from push_delivery`,
    );
    const [row] = rows;
    return row?.changes === 0 && row.deliveries === pending && row.claimed === 0;
  }, `nothing but ${pending} deliveries pending`);
}

/** Whether pushes to one subscription came at most once in a window of so many seconds, counted from `began`. */
export function paced(times: readonly number[], began: number, window: number): boolean {
  const windows = ((times.at(-1) ?? began) - began) / (window * 1000);
  // The first one waits for a quiet moment only; one that meets the end of another may come sooner.
  return times.length <= windows + 2;
}

/** From now on a delivery that would have to be tried again breaks its statement and is never sent. */
export async function forbidRetries(pool: Pool): Promise<void> {
  await pool.query("alter table push_delivery add check (attempts = 0)");
}

/** Once all changes are taken up, deliveries that back off or wait for the end of a window go out now. */
export async function hurry(pool: Pool): Promise<void> {
  await eventually(async () => (await count(pool, "outbox")) === 0, "changes taken up");
  await pool.query("update push_delivery set due_at = now() - interval '1 s'");
  await pool.query("select pg_notify($1, $2)", [OUTBOX_CHANNEL, DUE]);
}

/** Resolves when a statement waits for a lock. */
export function untilOneWaits(pool: Pool): Promise<void> {
  return eventually(async () => {
    const { rows } = await pool.query(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    return rows.length > 0;
  }, "a statement waits for a lock");
}

export async function count(pool: Pool, table: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`select count(*) as count from ${table}`);
  return rows[0]?.count ?? 0;
}
