import type { Pool } from "pg";

/** A client that waits for somebody to let it in. */
export interface NewLoginFlow {
  readonly pageHash: Buffer;
  readonly pollHash: Buffer;
  /** What it calls itself. */
  readonly client: string;
  readonly address: string;
}

/** Minutes in which somebody must have logged in. */
const MINUTES = 20;
/** Flows that wait at the same time, in all and of one address. */
const MOST = 1000;
const MOST_OF_ONE = 20;

/** Begins a flow; false when too many wait already. */
export async function insertLoginFlow(pool: Pool, flow: NewLoginFlow): Promise<boolean> {
  const { pageHash, pollHash, client, address } = flow;
  await pool.query("delete from login_flow where expires_at < now()");
  const { rowCount } = await pool.query(
    `insert into login_flow (page_hash, poll_hash, client, address, expires_at)
     select $1, $2, $3, $4, now() + interval '${MINUTES} minutes'
     where (select count(*) from login_flow) < ${MOST}
       and (select count(*) from login_flow where address = $4) < ${MOST_OF_ONE}`,
    [pageHash, pollHash, client, address],
  );
  return rowCount === 1;
}

/** What the client of a flow that nobody let in yet calls itself, or null. */
export async function findLoginFlow(pool: Pool, pageHash: Buffer): Promise<string | null> {
  const { rows } = await pool.query<{ client: string }>(
    "select client from login_flow where page_hash = $1 and principal_id is null and expires_at > now()",
    [pageHash],
  );
  return rows[0]?.client ?? null;
}

/** Lets a client in as a principal; false when it does not wait any more. */
export async function grantLoginFlow(
  pool: Pool,
  pageHash: Buffer,
  principalId: number,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update login_flow set principal_id = $2
     where page_hash = $1 and principal_id is null and expires_at > now()`,
    [pageHash, principalId],
  );
  return rowCount === 1;
}

/** Ends a flow that somebody let in, so that it is answered once; null as long as nobody has. */
export async function takeLoginFlow(
  pool: Pool,
  pollHash: Buffer,
): Promise<{ readonly name: string; readonly client: string } | null> {
  const { rows } = await pool.query<{ name: string; client: string }>(
    `delete from login_flow f using principal p
     where f.poll_hash = $1 and f.expires_at > now() and p.id = f.principal_id and p.disabled_at is null
     returning p.name, f.client`,
    [pollHash],
  );
  return rows[0] ?? null;
}
