import { chmodSync, existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { isAlive } from "../../server/postgres/processes.ts";
import { EmbeddedPostgres } from "../../server/postgres/embedded.ts";
import { migrate } from "../../server/store/migrate.ts";

/** The migrated database that the tests' databases are copies of. */
export const TEMPLATE = "pushdav_template";
/** The table, in the maintenance database, of those that can be used again. */
export const FREE_DATABASES = "pushdav_free_databases";
const PREFIX = "pushdav-test-";

interface TestPostgres {
  /** Connection string of the maintenance database, with the right to create databases. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Makes a connection string name another database. */
export function withDatabase(url: string, database: string): string {
  return url.replace(/^([a-z]+:\/\/[^/]*\/)[^?]*/, `$1${database}`);
}

function options(dataFolder: string) {
  return {
    dataFolder,
    purpose: "test",
    share: false,
    durable: false,
    notice: (line: string) => process.stderr.write(`${line}\n`),
    onLost: (error: Error) => process.stderr.write(`${error.message}\n`),
  };
}

/** Removes a data folder, and the database that it may only link to. */
function removeServer(folder: string): void {
  const home = join(folder, "postgres");
  if (existsSync(home)) rmSync(realpathSync(home), { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
}

/** Stops and removes the servers of test runs that were killed. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (!pid || isAlive(Number(pid))) continue;
    const folder = join(tmpdir(), name);
    await EmbeddedPostgres.open(options(folder))
      .then((server) => server.stop())
      .catch(() => undefined);
    removeServer(folder);
  }
}

async function makeTemplate(url: string): Promise<void> {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query(`create table if not exists ${FREE_DATABASES} (name text primary key)`);
  await admin.query(`delete from ${FREE_DATABASES}`);
  await admin.query(`drop database if exists ${TEMPLATE}`);
  await admin.query(`create database ${TEMPLATE}`);
  await admin.end();
  const template = new Client({ connectionString: withDatabase(url, TEMPLATE) });
  await template.connect();
  await migrate(template, { direction: "up" });
  await template.end();
}

/** Starts a PostgreSQL server in a temporary folder, or uses the one PUSHDAV_TEST_DATABASE names. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const given = process.env["PUSHDAV_TEST_DATABASE"];
  if (given) {
    await makeTemplate(given);
    return { url: given, stop: () => Promise.resolve() };
  }
  await removeLeftovers();
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // So that, when we are root, the database's user can enter it and nothing is put elsewhere.
  chmodSync(folder, 0o755);
  const server = await EmbeddedPostgres.open(options(folder));
  await makeTemplate(server.adminUrl);
  return {
    url: server.adminUrl,
    stop: async () => {
      await server.stop();
      removeServer(folder);
    },
  };
}
