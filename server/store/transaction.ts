import type { Pool, PoolClient } from "pg";
import type { Connection } from "./query.ts";

/** Runs work between begin and commit; any error rolls back. A broken connection is thrown away. */
export function inTransaction<Result>(
  pool: Pool,
  begin: string,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  return committing(pool, async (client) => {
    await client.query(begin);
    return work(client);
  });
}

/** As inTransaction, with the begin sent along with the first statements, which saves a round trip. */
export function inPipelinedTransaction<Result>(
  pool: Pool,
  begin: string,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  return committing(pool, (client) => work(following(client.query(begin), client)));
}

/** A connection whose statements count for nothing unless `begun` goes well. */
function following(begun: Promise<unknown>, client: PoolClient): Connection {
  return {
    async query(config) {
      const [answer] = await Promise.all([client.query(config), begun]);
      return answer;
    },
  };
}

async function committing<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  try {
    const result = await work(client);
    await client.query("commit");
    client.release();
    return result;
  } catch (error) {
    await client.query("rollback").then(
      () => client.release(),
      (broken: Error) => client.release(broken),
    );
    throw error;
  }
}
