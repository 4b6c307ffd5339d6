/** A server with its stand-ins for push services, and a look into its database. */
import { chmod, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pool } from "pg";
import { createAccount } from "../../server/accounts/accounts.ts";
import { readConfig } from "../../server/config.ts";
import { ensureSchema, openDatabase } from "../../server/database.ts";
import { createPool } from "../../server/store/pool.ts";
import { openServices, type Surroundings } from "../../test/chaos/surroundings.ts";
import { authorization, PASSWORD } from "../../test/support/server.ts";
import { startServer, type Running } from "../processes.ts";

export const USER = "alice";

export interface Setting extends Surroundings {
  readonly server: Running;
  /** Megabytes that the process which sends has taken at the most. */
  readonly memory: () => Promise<number>;
  readonly close: () => Promise<void>;
}

export interface Wanted {
  /** Seconds in which changes are folded. */
  readonly window: number;
  /** False for a server that pushes nothing and a database that leaves the outbox empty. */
  readonly push: boolean;
}

/** One that leaves the outbox empty, so that what filling it costs can be seen. */
const LEAVE_EMPTY = `
  create function leave_empty() returns trigger language plpgsql as 'begin return null; end';
  create trigger leave_empty before insert on outbox for each row execute function leave_empty()`;

const OFF = { PUSHDAV_WEB_PUSH: "off", PUSHDAV_JMAP: "off", PUSHDAV_WEBHOOKS: "off" };

async function openFolder(teardown: Surroundings["teardown"]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pushdav-bench-push-"));
  // So that, when we are root, the database's user can enter it and nothing is put elsewhere.
  await chmod(folder, 0o755);
  teardown(async () => {
    const database = await realpath(join(folder, "data/postgres")).catch(() => folder);
    await rm(database, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  });
  return folder;
}

async function openPool(data: string, teardown: Surroundings["teardown"]): Promise<Pool> {
  const config = readConfig({ PUSHDAV_DATA: data });
  const database = await openDatabase(config, {
    purpose: "bench",
    share: true,
    notice: () => undefined,
    onLost: (error) => process.stderr.write(`${error.message}\n`),
  });
  teardown(() => database.close({ now: true }));
  const ignore = () => undefined;
  const pool = createPool({
    url: database.url,
    size: 2,
    statementTimeout: 60_000,
    name: "bench",
    onError: ignore,
  });
  teardown(() => pool.end());
  await ensureSchema(config, database.url);
  return pool;
}

/** Opens a setting with one account; `close` leaves nothing of it. */
export async function openSetting({ window, push }: Wanted): Promise<Setting> {
  const work: (() => unknown)[] = [];
  const teardown = (one: () => unknown) => void work.unshift(one);
  const { service, apns, variables } = await openServices(teardown);
  const folder = await openFolder(teardown);
  const data = join(folder, "data");
  const environment = { PUSHDAV_DATA: data, PUSHDAV_PUSH_WINDOW: String(window) };
  const server = await startServer(folder, {
    ...environment,
    ...(push ? variables : OFF),
  });
  teardown(() => server.stop());
  const pool = await openPool(data, teardown);
  await createAccount(pool, { name: USER, password: PASSWORD });
  if (!push) await pool.query(LEAVE_EMPTY);
  const origin = `http://127.0.0.1:${server.port}`;
  return {
    server,
    pool,
    service,
    apns,
    teardown,
    origin: () => origin,
    async send({ method, target, user, headers, body }) {
      const response = await fetch(new URL(target, origin), {
        method,
        headers: { ...(user !== null && { authorization: authorization(user) }), ...headers },
        ...(body !== "" && { body }),
      });
      return { status: response.status, headers: response.headers, body: await response.text() };
    },
    memory: () => memoryOf(join(folder, "serve.log")),
    async close() {
      for (const one of work.splice(0)) await one();
    },
  };
}

async function memoryOf(log: string): Promise<number> {
  const pid = /"pid":(\d+),"role":"background"/.exec(await readFile(log, "utf8"))?.[1];
  const status = pid === undefined ? "" : await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024;
}
