import { Client, type Pool } from "pg";
import type { Config } from "./config.ts";
import { errorMessage, Failure } from "./failure.ts";
import { EmbeddedPostgres } from "./postgres/embedded.ts";
import { createPool } from "./store/pool.ts";
import { describeSchema, migrate, readSchemaState } from "./store/migrate.ts";

export interface Database {
  /** Connection string of the product's database. */
  readonly url: string;
  /**
   * Stops the embedded server if this process started it; unless it is to be `now`, after others who
   * use it have finished.
   */
  close(options: { readonly now: boolean }): Promise<void>;
}

export interface OpenOptions {
  /** What for, such as `serve`. */
  readonly purpose: string;
  /** Whether an embedded server that another process runs may be used. */
  readonly share: boolean;
  readonly notice: (line: string) => void;
  readonly onLost: (error: Error) => void;
}

/**
 * Makes the database of the configuration available: that of DATABASE_URL, or the embedded one, which
 * is started unless it runs.
 * @throws Failure when that cannot be
 */
export async function openDatabase(config: Config, options: OpenOptions): Promise<Database> {
  const { url } = config.database;
  if (url !== null) return { url, close: () => Promise.resolve() };
  const { dataFolder } = config;
  const embedded = await EmbeddedPostgres.open({ ...options, dataFolder, durable: true });
  return { url: embedded.url, close: ({ now }) => embedded.stop({ whenUnused: !now }) };
}

/** An idle connection that breaks is no news: the next statement tells. */
function ignore(): void {}

/**
 * Connects to the database for one piece of work.
 * @throws Failure when it does not answer
 */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on("error", ignore);
  try {
    await client.connect();
  } catch (error) {
    throw new Failure(`the database does not answer: ${errorMessage(error)}; check DATABASE_URL`);
  }
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Opens a pool for one piece of work and ends it. */
export async function withPool<T>(
  { database: { poolSize, statementTimeout } }: Config,
  url: string,
  work: (pool: Pool) => Promise<T>,
): Promise<T> {
  const pool = createPool({
    url,
    size: poolSize,
    statementTimeout: statementTimeout * 1000,
    name: "pushdav command",
    onError: ignore,
  });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/**
 * Makes sure that the schema is the one this program works with. The embedded database is migrated,
 * and so is another if the configuration says so.
 * @throws Failure when it is not and is not to be migrated; the message says what to run
 */
export async function ensureSchema(config: Config, url: string): Promise<void> {
  const mayMigrate = config.database.url === null || config.database.autoMigrate;
  await withClient(url, async (client) => {
    const state = await readSchemaState(client);
    if (mayMigrate && state.unknown.length === 0 && state.pending.length > 0) {
      await migrate(client, { direction: "up" });
      return;
    }
    const problem = describeSchema(state);
    if (problem !== null) throw new Failure(problem);
  });
}
