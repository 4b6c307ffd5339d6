import type { Pool } from "pg";

/**
 * Gives every home and collection a new incarnation, so that no sync-token issued before is valid
 * (RFC 6578 section 3.2).
 *
 * @returns how many collections there are
 */
export async function renewIncarnations(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `with homes as (update home set uuid = gen_random_uuid()),
       collections as (update collection set uuid = gen_random_uuid() returning id)
     select count(*) as count from collections`,
  );
  return rows[0]?.count ?? 0;
}
