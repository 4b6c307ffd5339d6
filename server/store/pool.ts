import { Pool, TypeOverrides, types as pgTypes } from "pg";

export interface PoolOptions {
  /** Connection string, as libpq takes it. */
  readonly url: string;
  /** Connections at most. */
  readonly size: number;
  /** Milliseconds a statement may run. */
  readonly statementTimeout: number;
  /** What the database's own views show of us. */
  readonly name: string;
  /** Called when an idle connection breaks; the pool replaces it. */
  readonly onError: (error: Error) => void;
}

/** int8 arrives as a number: ours are ids and counters, all far below 2^53. */
const types = new TypeOverrides();
types.setTypeParser(pgTypes.builtins.INT8, Number);
/** Thrice as fast as pg's own parser, which knows years before Christ; two in each row of a sync. */
types.setTypeParser(pgTypes.builtins.TIMESTAMPTZ, (text) => new Date(text));

/**
 * Opens a pool of connections. It connects when first used, and again after the server restarted.
 * End it with `pool.end()`.
 */
export function createPool(options: PoolOptions): Pool {
  const pool = new Pool({
    connectionString: options.url,
    max: options.size,
    statement_timeout: options.statementTimeout,
    application_name: options.name,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    // Statements are sent without waiting for the answers to those before, and run in the order they were sent in.
    pipeline: true,
    types,
  });
  pool.on("error", options.onError);
  return pool;
}
