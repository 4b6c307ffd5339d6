import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { Client } from "pg";
import { migrate, readSchemaState } from "../../../server/store/migrate.ts";
import { testDatabase } from "../../support/database.ts";
import { dumpSchema } from "../../support/schema.ts";

const SCHEMA = join(import.meta.dirname, "../../../migrations/schema.sql");

/** A migrated database, and the client that migrations run on. */
async function connect(t: ExecutionContext) {
  const { pool, url } = await testDatabase(t);
  const client = new Client({ connectionString: url });
  await client.connect();
  t.teardown(() => client.end());
  return { pool, client };
}

test("schema.sql is the schema after all migrations (`npm run schema` writes it)", async (t) => {
  const { pool } = await testDatabase(t);
  const schema = await dumpSchema(pool);
  if (process.env["PUSHDAV_TEST_UPDATE"]) await writeFile(SCHEMA, schema);
  t.is(await readFile(SCHEMA, "utf8"), schema);
});

test("the migrations go down to nothing and up again to the same schema", async (t) => {
  const { pool, client } = await connect(t);
  const before = await dumpSchema(pool);
  const { applied } = await readSchemaState(pool);

  const down = await migrate(client, { direction: "down", count: applied.length });
  t.deepEqual(down, applied.toReversed());
  t.deepEqual(await readSchemaState(pool), { applied: [], pending: applied, unknown: [] });

  t.deepEqual(await migrate(client, { direction: "up" }), applied);
  t.is(await dumpSchema(pool), before);
});

test("a migration that is missing below later ones is applied", async (t) => {
  const { pool, client } = await connect(t);
  const before = await dumpSchema(pool);
  await pool.query("drop table vapid_key; delete from migration where name = '0008_vapid'");
  t.deepEqual(await migrate(client, { direction: "up" }), ["0008_vapid"]);
  t.is(await dumpSchema(pool), before);
});

test("a dry run tells what would run and changes nothing", async (t) => {
  const { pool, client } = await connect(t);
  const { applied } = await readSchemaState(pool);
  const told = await migrate(client, { direction: "down", count: 1, dryRun: true });
  t.deepEqual(told, applied.slice(-1));
  t.deepEqual((await readSchemaState(pool)).applied, applied);
});

test("a migration that this program does not know shows as unknown", async (t) => {
  const { pool } = await testDatabase(t);
  await pool.query("insert into migration (name, run_on) values ('9999_later', now())");
  t.deepEqual((await readSchemaState(pool)).unknown, ["9999_later"]);
});
