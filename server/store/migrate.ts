import { readdirSync } from "node:fs";
import { join } from "node:path";
import { runner, type RunnerOption } from "node-pg-migrate";
import type { Client, Pool } from "pg";
import { invocation } from "../invocation.ts";

/** The folder of the numbered migrations. */
const FOLDER = join(import.meta.dirname, "../../migrations");
const TABLE = "migration";

/** How the database's schema compares with this program's migrations, by migration name in order. */
export interface SchemaState {
  readonly applied: readonly string[];
  /** Not yet applied: the schema is too old. */
  readonly pending: readonly string[];
  /** Applied but not ours: the schema is too new. */
  readonly unknown: readonly string[];
}

export interface MigrateOptions {
  readonly direction: "up" | "down";
  /** Migrations to run at most; all when left out. */
  readonly count?: number;
  /** Only tell what would run. */
  readonly dryRun?: boolean;
}

function knownMigrations(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => /^\d+_.*\.sql$/.test(name))
    .map((name) => name.slice(0, -".sql".length))
    .sort();
}

async function appliedMigrations(client: Pool | Client): Promise<string[]> {
  const table = await client.query<{ found: boolean }>(
    "select to_regclass($1) is not null as found",
    [TABLE],
  );
  if (!table.rows[0]?.found) return [];
  const { rows } = await client.query<{ name: string }>(`select name from ${TABLE} order by name`);
  return rows.map((row) => row.name);
}

/** Compares the schema of a database with the migrations of this program. */
export async function readSchemaState(client: Pool | Client): Promise<SchemaState> {
  const known = knownMigrations();
  const applied = await appliedMigrations(client);
  return {
    applied,
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}

/** Whether a server, other than this command, has connections to the database. */
export async function isServed(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ served: boolean }>(
    `select exists (
      select from pg_stat_activity
      where datname = current_database() and application_name in ('pushdav web', 'pushdav background')
    ) as served`,
  );
  return rows[0]?.served === true;
}

/** @returns what keeps this program from working with the schema and what to do, or null. */
export function describeSchema({ pending, unknown }: SchemaState): string | null {
  if (unknown.length > 0) {
    return (
      `the database's schema is too new: it has ${unknown.join(", ")}, which this pushdav does not know;` +
      ` install the pushdav that made it, or run its ${invocation(`migrate down ${unknown.length}`)}`
    );
  }
  if (pending.length === 0) return null;
  return `the database's schema is too old: it lacks ${pending.join(", ")}; run ${invocation("migrate up")}`;
}

/**
 * Runs migrations, all in one transaction; several processes at once wait for each other.
 * @param client a connected client, which stays connected
 * @returns the names of the migrations that ran (or would)
 */
export async function migrate(client: Client, options: MigrateOptions): Promise<string[]> {
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const settings: RunnerOption = {
    dbClient: client,
    dir: join(FOLDER, "*.sql"),
    useGlob: true,
    ignorePattern: join(FOLDER, "schema.sql"),
    migrationsTable: TABLE,
    direction: options.direction,
    count: options.count ?? Number.POSITIVE_INFINITY,
    dryRun: options.dryRun ?? false,
    // One that came to be between two releases may be missing below later ones; it is applied all the same.
    checkOrder: false,
    singleTransaction: true,
    advisoryLockMode: "wait",
    logger: silent,
  };
  const ran = await runner(settings);
  return ran.map((migration) => migration.name);
}
