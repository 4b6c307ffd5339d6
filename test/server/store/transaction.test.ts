import test from "ava";
import type { Pool } from "pg";
import { inPipelinedTransaction } from "../../../server/store/transaction.ts";

/** A pool whose one connection refuses the statements that are named, and notes what it is sent. */
function poolRefusing(...refused: string[]) {
  const sent: string[] = [];
  const query = async (statement: string | { text: string }) => {
    const text = typeof statement === "string" ? statement : statement.text;
    sent.push(text);
    if (refused.includes(text)) throw new Error(`${text} is refused`);
    return { rows: [] };
  };
  const pool = { connect: async () => ({ query, release: () => undefined }) };
  return { sent, pool: pool as unknown as Pool };
}

const statement = (text: string) => ({ name: text, text, values: [] });

test("the first statement is sent along with the begin", async (t) => {
  const { sent, pool } = poolRefusing();
  await inPipelinedTransaction(pool, "begin", async (connection) => {
    const answer = connection.query(statement("read"));
    t.deepEqual(sent, ["begin", "read"]);
    await answer;
    await connection.query(statement("write"));
  });
  t.deepEqual(sent, ["begin", "read", "write", "commit"]);
});

test("where the begin fails, nothing is written outside a transaction", async (t) => {
  const { sent, pool } = poolRefusing("begin");
  const run = inPipelinedTransaction(pool, "begin", async (connection) => {
    await connection.query(statement("read"));
    await connection.query(statement("write"));
  });
  await t.throwsAsync(run, { message: "begin is refused" });
  t.deepEqual(sent, ["begin", "read", "rollback"]);
});
