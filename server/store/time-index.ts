import type {
  BoundedColumns,
  BusyOccurrence,
  CollectionRow,
  Columns,
  FoundObject,
  ObjectSearch,
} from "../../dav/store.ts";
import { rowsOf, type Connection, type Statement } from "./query.ts";
import { dataWithin, keyOf, MEMBERS, withBytes, withColumns } from "./read.ts";
import { keyedBy, queryOf } from "./text-index.ts";
import { toObject, type ObjectColumns } from "./rows.ts";

const inNameOrder = (bytes: string) => dataWithin(bytes, "order by o.name");

const FIND_BY_COMPONENT = withColumns(
  "find-by-component",
  (columns) => `select ${columns}, true as exact from ${MEMBERS}
    and o.data is not null and ($3::text is null or o.component = $3) order by o.name`,
  inNameOrder("$4"),
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

const HIT = `hit as (
      select object_name, bool_or(exact) as exact from (
        ${ARMS.map(overlapping).join(" union all ")}
      ) overlapping group by object_name
    )`;

const FIND_BY_TIME = withColumns(
  "find-by-time",
  (columns) => `with ${HIT}
    select ${columns}, hit.exact from hit join object o
      on o.principal_id = $1 and o.collection_id = $2 and o.name = hit.object_name
    where o.data is not null order by o.name`,
  inNameOrder("$10"),
);

const FIND_BY_KEYS = withColumns(
  "find-by-keys",
  (columns) => `with ${keyedBy("$4")}
    select ${columns}, false as exact from keyed k join object o
      on o.principal_id = k.principal_id and o.collection_id = k.collection_id and o.name = k.object_name
    where k.principal_id = $1 and k.collection_id = $2 and o.data is not null
      and ($3::text is null or o.component = $3) order by o.name`,
  inNameOrder("$5"),
);

const FIND_BY_TIME_AND_KEYS = withColumns(
  "find-by-time-and-keys",
  (columns) => `with ${HIT}, ${keyedBy("$10")}
    select ${columns}, false as exact from hit
      join keyed k on k.principal_id = $1 and k.collection_id = $2 and k.object_name = hit.object_name
      join object o on o.principal_id = $1 and o.collection_id = $2 and o.name = hit.object_name
    where o.data is not null order by o.name`,
  inNameOrder("$11"),
);

/** Objects by component, and by time and keys, or else by keys. All that are found by component alone count as exact. */
export async function findObjects(
  db: Connection,
  collection: CollectionRow,
  search: ObjectSearch,
  columns: BoundedColumns,
): Promise<FoundObject[]> {
  type Row = ObjectColumns & { exact: boolean };
  const [statement, values] = lookUp(collection, search);
  const given = withBytes([...keyOf(collection), search.component ?? null, ...values], columns);
  return (await rowsOf<Row>(db, statement(columns), given)).map(toFound);
}

/** The statement that finds what is searched for, with its values from $4 on. */
function lookUp(
  collection: CollectionRow,
  { range, keys }: ObjectSearch,
): [statement: (columns: Columns) => Statement, values: readonly (string | number)[]] {
  const query = keys && queryOf(collection, keys);
  if (range !== undefined) {
    const bounds = boundsOf(range);
    return query === undefined
      ? [FIND_BY_TIME, bounds]
      : [FIND_BY_TIME_AND_KEYS, [...bounds, query]];
  }
  return query === undefined ? [FIND_BY_COMPONENT, []] : [FIND_BY_KEYS, [query]];
}

function boundsOf(range: NonNullable<ObjectSearch["range"]>): number[] {
  const { starts, ends, floatingStarts, floatingEnds } = range;
  const around = [Math.min(starts, floatingStarts), Math.max(ends, floatingEnds)];
  return [...around, starts, ends, floatingStarts, floatingEnds];
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
