import test from "ava";
import { testDatabase } from "./database.ts";

test("a test gets a migrated database of its own, with int8 as numbers", async (t) => {
  const { pool } = await testDatabase(t);
  const { rows } = await pool.query<{ id: number }>(
    "insert into principal (kind, name, display_name) values ('individual', 'ann', 'Ann') returning id",
  );
  t.deepEqual(rows, [{ id: 1 }]);
});

test("what one test writes another does not see", async (t) => {
  const { pool } = await testDatabase(t);
  const { rows } = await pool.query("select from principal");
  t.is(rows.length, 0);
});
