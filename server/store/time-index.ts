import type {
  BusyOccurrence,
  CollectionRow,
  Columns,
  FoundObject,
  ObjectSearch,
} from "../../dav/store.ts";
import { rowsOf, type Connection, type Statement } from "./query.ts";
import { keyOf, MEMBERS, withData } from "./read.ts";
import { toObject, type ObjectColumns } from "./rows.ts";

const FIND_BY_COMPONENT = withData(
  "find-by-component",
  (columns) => `select ${columns}, true as exact from ${MEMBERS}
    and o.data is not null and ($3::text is null or o.component = $3) order by o.name`,
);

/**
 * UIDs are looked through in their index, without the objects, and byte by byte, which is much faster. One beyond ASCII is
 * always taken: what its letters are in lower case is not for the database to say.
 */
const FIND_BY_UID = withData(
  "find-by-uid",
  (columns) => `select ${columns}, true as exact from ${MEMBERS} and o.uid = any(array(
      select uid from object where principal_id = $1 and collection_id = $2 and uid is not null
        and (strpos(lower(uid collate "C"), $4) > 0 or octet_length(uid) > length(uid))
    ))
    and ($3::text is null or o.component = $3) order by o.name`,
);

interface Arm {
  readonly class: number;
  /** Seconds that a row of the class takes at most. */
  readonly length: number | null;
}

/** Rows of a class begin at most its length before a range, so that each arm reads only rows that may overlap. */
const ARMS: readonly Arm[] = [
  { class: 0, length: 86_400 },
  { class: 1, length: 2_678_400 },
  { class: 2, length: null },
];

/** $4 and $5 bound the range in absolute and floating time together. */
function overlapping(arm: Arm): string {
  const from = arm.length === null ? "" : `and starts > $4::bigint - ${arm.length}`;
  return `select object_name, exact from occurrence
    where principal_id = $1 and collection_id = $2 and class = ${arm.class}
      ${from} and starts < $5::bigint and ends > $4::bigint
      and ($3::text is null or component = $3)
      and case when floating then starts < $9 and ends > $8 else starts < $7 and ends > $6 end`;
}

const FIND_BY_TIME = withData(
  "find-by-time",
  (columns) => `with hit as (
      select object_name, bool_or(exact) as exact from (
        ${ARMS.map(overlapping).join(" union all ")}
      ) overlapping group by object_name
    )
    select ${columns}, hit.exact from hit join object o
      on o.principal_id = $1 and o.collection_id = $2 and o.name = hit.object_name
    where o.data is not null order by o.name`,
);

/** Objects by component and time, or else by component and UID, when all that are found count as exact. */
export async function findObjects(
  db: Connection,
  collection: CollectionRow,
  { component, uid, range }: ObjectSearch,
  columns: Columns,
): Promise<FoundObject[]> {
  type Row = ObjectColumns & { exact: boolean };
  const values = [...keyOf(collection), component ?? null];
  if (range === undefined) {
    const rows =
      uid === undefined
        ? await rowsOf<Row>(db, FIND_BY_COMPONENT(columns), values)
        : await rowsOf<Row>(db, FIND_BY_UID(columns), [...values, uid]);
    return rows.map(toFound);
  }
  const { starts, ends, floatingStarts, floatingEnds } = range;
  const bounds = [Math.min(starts, floatingStarts), Math.max(ends, floatingEnds)];
  const rows = await rowsOf<Row>(db, FIND_BY_TIME(columns), [
    ...values,
    ...bounds,
    starts,
    ends,
    floatingStarts,
    floatingEnds,
  ]);
  return rows.map(toFound);
}

/** Floating times of a day around the range are taken too: no zone is further from UTC. */
function busyWithin(arm: Arm): string {
  const from = arm.length === null ? "" : `and starts > $3::bigint - ${86_400 + arm.length}`;
  return `select collection_id, object_name, starts, ends, floating, busy from occurrence
    where principal_id = $1 and collection_id = any($2::bigint[]) and class = ${arm.class}
      ${from} and starts < $4::bigint + 86400 and ends > $3::bigint - 86400
      and busy is not null and (floating or (starts < $4 and ends > $3))`;
}

const FIND_BUSY: Statement = {
  name: "find-busy",
  text: `select collection_id as "collectionId", object_name as name, starts, ends, floating, busy
    from (${ARMS.map(busyWithin).join(" union all ")}) taken limit $5`,
};

export async function findBusy(
  db: Connection,
  collections: readonly CollectionRow[],
  { start, end }: { start: number; end: number },
  limit: number,
): Promise<BusyOccurrence[]> {
  const owner = collections[0]?.home.owner.id;
  if (owner === undefined) return [];
  const ids = collections.map(({ id }) => id);
  return rowsOf<BusyOccurrence>(db, FIND_BUSY, [owner, ids, start, end, limit]);
}

function toFound(row: ObjectColumns & { exact: boolean }): FoundObject {
  return { object: toObject(row), exact: row.exact };
}
