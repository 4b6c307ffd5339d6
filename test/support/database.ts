import { randomUUID } from "node:crypto";
import type { ExecutionContext } from "ava";
import { Pool, type PoolClient } from "pg";
import { createPool } from "../../server/store/pool.ts";
import { FREE_DATABASES, TEMPLATE, withDatabase } from "./postgres.ts";

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

/** A database that a test left clean, or a new copy of the template: a copy takes ten times as long. */
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

/** Ends all other connections to a database and empties it. @returns whether its schema is as it was */
async function clean(pool: Pool, expected: string): Promise<boolean> {
  const client = await pool.connect();
  try {
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    const found = await schemaOf(client);
    await client.query(EMPTY);
    return found === expected;
  } finally {
    client.release(true);
  }
}

/**
 * Empties a database for the next test over a connection that knows its tables already, and gives it another name, so
 * that what a test left running cannot come back to it. It is removed when that cannot be.
 */
async function release(name: string, pool: Pool, expected: string): Promise<void> {
  const renamed = newName();
  const same = await clean(pool, expected).catch(() => false);
  await pool.end();
  if (!same) return remove(name);
  await administer(`alter database ${name} rename to ${renamed}`);
  await administer(`insert into ${FREE_DATABASES} values ($1)`, [renamed]);
}

async function remove(name: string): Promise<void> {
  await administer(`drop database if exists ${name} with (force)`);
}

let schema: Promise<string> | undefined;

/**
 * Gives a test an empty, migrated database of its own. Call it in a test, or once per file in `before`; it is given
 * back in the teardown.
 */
export async function testDatabase(t: Pick<ExecutionContext, "teardown">): Promise<TestDatabase> {
  await takeTurn();
  const name = await takeDatabase();
  const url = withDatabase(maintenance(), name);
  const pool = createPool({
    url,
    size: 5,
    statementTimeout: 30_000,
    name: "test",
    onError: ignore,
  });
  schema ??= schemaOf(pool);
  const expected = await schema;
  t.teardown(async () => {
    await release(name, pool, expected).catch(() => remove(name));
    giveTurn();
  });
  return { pool, url };
}
