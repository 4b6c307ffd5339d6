import type { Pool } from "pg";

/**
 * Gives every home and collection a new incarnation, so that no sync-token issued before is valid
 * (RFC 6578 section 3.2), and announces that to all who subscribed to them.
 *
 * @returns how many collections there are
 */
export async function renewIncarnations(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `with homes as (update home set uuid = gen_random_uuid()),
       collections as (update collection set uuid = gen_random_uuid() returning principal_id, id, sync_seq),
       announced as (
         insert into outbox (principal_id, home, collection_id, seq, change)
         select b.principal_id, b.home, c.id, c.sync_seq, 'content'
         from collections c join binding b on b.owner_id = c.principal_id and b.collection_id = c.id
       )
     select count(*) as count from collections`,
  );
  return rows[0]?.count ?? 0;
}
