import { randomUUID } from "node:crypto";
import type { ExecutionContext } from "ava";
import { Client, type Pool } from "pg";
import { createPool } from "../../server/store/pool.ts";
import { TEMPLATE, withDatabase } from "./postgres.ts";

export interface TestDatabase {
  readonly pool: Pool;
  /** Connection string of this database, for a process of its own. */
  readonly url: string;
}

/** Databases that the tests of one file have at once: more would only starve each other of processor time. */
const AT_ONCE = 8;
let taken = 0;
const waiting: (() => void)[] = [];

async function takeTurn(): Promise<void> {
  taken += 1;
  if (taken > AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
}

function giveTurn(): void {
  taken -= 1;
  waiting.shift()?.();
}

/** Idle connections break when their database is dropped. */
function ignore(): void {}

async function administer(statement: string): Promise<void> {
  const connectionString = process.env["PUSHDAV_TEST_DATABASE"];
  if (!connectionString) throw new Error("needs a database server: run `npm test -- FILE`");
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/**
 * Gives a test a database of its own, a copy of the migrated template (some 50 ms). Call it in a
 * test, or once per file in `before`; it is dropped in the teardown.
 */
export async function testDatabase(t: Pick<ExecutionContext, "teardown">): Promise<TestDatabase> {
  await takeTurn();
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await administer(`create database ${name} template ${TEMPLATE}`);
  const url = withDatabase(process.env["PUSHDAV_TEST_DATABASE"] ?? "", name);
  const pool = createPool({
    url,
    size: 5,
    statementTimeout: 30_000,
    name: "test",
    onError: ignore,
  });
  t.teardown(async () => {
    giveTurn();
    await pool.end();
    await administer(`drop database ${name} with (force)`);
  });
  return { pool, url };
}
