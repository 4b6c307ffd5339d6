import type { Pool } from "pg";

/** The homes whose number of used bytes is not that of what is stored in them. */
export async function miscounted(pool: Pool): Promise<unknown[]> {
  const { rows } = await pool.query(
    `select p.name, h.kind, h.used, stored
     from home h join principal p on p.id = h.principal_id
     cross join lateral (
       select coalesce(sum(bytes), 0)::bigint as stored from (
         select octet_length(o.data) as bytes from binding b
           join object o on o.principal_id = b.owner_id and o.collection_id = b.collection_id
           where b.principal_id = h.principal_id and b.home = h.kind
         union all
         select octet_length(f.data) from file f where f.principal_id = h.principal_id and h.kind = 'files'
       ) as each
     ) as counted
     where h.used <> stored`,
  );
  return rows;
}
