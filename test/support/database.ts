import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ExecutionContext } from "ava";
import { Pool, type PoolClient } from "pg";
import { createPool } from "../../server/store/pool.ts";
import { FREE_DATABASES, TEMPLATE, withDatabase } from "./postgres.ts";

export interface TestDatabase {
  readonly pool: Pool;
  /** Connection string of this database, for a process of its own. */
  readonly url: string;
}

interface Held extends TestDatabase {
  readonly name: string;
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

/** Idle connections break when their database is taken away. */
function ignore(): void {}

/** Connection string of the maintenance database. */
function maintenance(): string {
  const url = process.env["PUSHDAV_TEST_DATABASE"];
  if (!url) throw new Error("needs a database server: run `npm test -- FILE`");
  return url;
}

let administration: Pool | undefined;

function administer(statement: string, values: readonly unknown[] = []) {
  administration ??= new Pool({
    connectionString: maintenance(),
    max: 2,
    allowExitOnIdle: true,
  }).on("error", ignore);
  return administration.query<{ name: string }>(statement, [...values]);
}

function newName(): string {
  return `test_${randomUUID().replaceAll("-", "")}`;
}

/** A database that another file left clean, or a new copy of the template. */
async function takeDatabase(): Promise<string> {
  const { rows } = await administer(
    `delete from ${FREE_DATABASES} where name =
       (select name from ${FREE_DATABASES} limit 1 for update skip locked) returning name`,
  );
  if (rows[0]) return rows[0].name;
  const name = newName();
  await administer(`create database ${name} template ${TEMPLATE} strategy file_copy`);
  return name;
}

async function giveBack({ name, pool }: Held): Promise<void> {
  await pool.end();
  await administer(`insert into ${FREE_DATABASES} values ($1)`, [name]);
}

async function remove({ name, pool }: Held): Promise<void> {
  await pool.end();
  await administer(`drop database if exists ${name} with (force)`);
}

/** What a test leaves as it was, unless it is about the schema itself. */
const SCHEMA = `
  select concat_ws(' ', (select count(*) from pg_class), (select count(*) from pg_attribute),
    (select count(*) from pg_constraint), (select count(*) from pg_trigger), (select count(*) from pg_proc),
    (select string_agg(name, ',' order by name) from migration)) as text`;

/** Empties all tables but that of the migrations, and lets sequences begin anew. Fails when there is much to delete. */
const EMPTY = `
  do $$ declare each record; begin
    if pg_database_size(current_database()) > 16000000 then raise 'too large'; end if;
    set local session_replication_role = replica;
    for each in select oid::regclass as name from pg_class
      where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'migration'
    loop execute format('delete from %s', each.name); end loop;
    perform setval(format('%I.%I', schemaname, sequencename), start_value, false)
      from pg_sequences where last_value is not null and sequencename <> 'migration_id_seq';
  end $$`;

async function schemaOf(database: Pool | PoolClient): Promise<string> {
  const { rows } = await database.query<{ text: string }>(SCHEMA);
  return rows[0]?.text ?? "";
}

/** Whether nothing but the pool is connected; what a test ended may take a moment. */
async function isAlone(pool: Pool, client: PoolClient): Promise<boolean> {
  for (let pause = 1; pause < 200; pause *= 2) {
    const { rows } = await client.query<{ count: number }>(
      `select count(*) as count from pg_stat_activity
       where datname = current_database() and backend_type = 'client backend'`,
    );
    if ((rows[0]?.count ?? 0) <= pool.totalCount) return true;
    await sleep(pause);
  }
  return false;
}

/** @returns whether the database is as a new one, and nothing that a test left running can come back to it */
async function clean({ pool }: Held, expected: string): Promise<boolean> {
  const client = await pool.connect();
  try {
    if (!(await isAlone(pool, client)) || (await schemaOf(client)) !== expected) return false;
    await client.query(EMPTY);
    return true;
  } finally {
    client.release();
  }
}

/** Databases of this file that no test has at the moment, connections included: new ones cost ten times as much. */
const idle: Held[] = [];
process.once("beforeExit", () => {
  for (const held of idle.splice(0)) void giveBack(held);
});

async function open(): Promise<Held> {
  const name = await takeDatabase();
  const url = withDatabase(maintenance(), name);
  const options = { url, size: 5, statementTimeout: 30_000, name: "test", onError: ignore };
  const pool = createPool(options);
  pool.options.allowExitOnIdle = true;
  return { name, url, pool };
}

let schema: Promise<string> | undefined;

/**
 * Gives a test an empty, migrated database of its own. Call it in a test, or once per file in `before`; it is given
 * back in the teardown.
 */
export async function testDatabase(t: Pick<ExecutionContext, "teardown">): Promise<TestDatabase> {
  await takeTurn();
  const held = idle.pop() ?? (await open());
  schema ??= schemaOf(held.pool);
  const expected = await schema;
  t.teardown(async () => {
    const isClean = await clean(held, expected).catch(() => false);
    if (isClean) idle.push(held);
    else await remove(held);
    giveTurn();
  });
  return held;
}
