import type { QueryResultRow } from "pg";

/** A statement that Postgres plans once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Runs one prepared statement: on a pool (its own transaction) or on a client that holds one. */
export interface Connection {
  query(config: {
    name: string;
    text: string;
    values: unknown[];
  }): Promise<{ rows: QueryResultRow[] }>;
}

/** Runs a statement and gives its rows. */
export async function rowsOf<Row extends QueryResultRow>(
  connection: Connection,
  statement: Statement,
  values: unknown[],
): Promise<Row[]> {
  const { rows } = await connection.query({ ...statement, values });
  return rows as Row[];
}
