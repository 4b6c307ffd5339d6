import type { LockedHome } from "../../dav/lock-store.ts";
import type {
  BusyOccurrence,
  CollectionChange,
  CollectionRow,
  Columns,
  FoundObject,
  HomeKind,
  HomeRow,
  ObjectChange,
  ObjectRow,
  ObjectSearch,
} from "../../dav/store.ts";
import { grantedColumn, homeIsVisible } from "./grants.ts";
import { rowsOf, type Connection, type Statement } from "./query.ts";
import {
  COLLECTION_COLUMNS,
  HOME_COLUMNS,
  OBJECT_COLUMNS,
  toCollection,
  toHome,
  toMaybeObject,
  toObject,
  type CollectionColumns,
  type HomeColumns,
  type MaybeObjectColumns,
  type ObjectColumns,
} from "./rows.ts";

const HOME = `principal p join home h on h.principal_id = p.id`;
const BINDING = `binding b on b.principal_id = h.principal_id and b.home = h.kind`;
const COLLECTION = `collection c on c.principal_id = b.owner_id and c.id = b.collection_id`;

/** The same statement without and with the stored bytes. */
function withData(
  name: string,
  text: (columns: string) => string,
): (columns: Columns) => Statement {
  const light = { name, text: text(OBJECT_COLUMNS) };
  const heavy = { name: `${name}-data`, text: text(`${OBJECT_COLUMNS}, o.data`) };
  return ({ data }) => (data ? heavy : light);
}

const FIND_HOME: Statement = {
  name: "find-home",
  text: `select ${HOME_COLUMNS} from ${HOME} where p.name = $1 and h.kind = $2 and ${homeIsVisible("$3")}`,
};

/** @param actor id of who asks, who must own the home or have been granted something in it; null sees all */
export async function findHome(
  db: Connection,
  actor: number | null,
  kind: HomeKind,
  owner: string,
): Promise<HomeRow | null> {
  const [row] = await rowsOf<HomeColumns>(db, FIND_HOME, [owner, kind, actor]);
  return row === undefined ? null : toHome(row);
}

const LOCK_HOME: Statement = {
  name: "lock-home",
  text: `select ${HOME_COLUMNS}, h.locked_until from ${HOME}
    where p.name = $1 and h.kind = $2 and ${homeIsVisible("$3")} for update of h`,
};

/** As findHome, with the row locked until the transaction ends. */
export async function lockHome(
  db: Connection,
  actor: number | null,
  kind: HomeKind,
  owner: string,
): Promise<(HomeRow & LockedHome) | null> {
  type Row = HomeColumns & { locked_until: Date | null };
  const [row] = await rowsOf<Row>(db, LOCK_HOME, [owner, kind, actor]);
  return row === undefined ? null : { ...toHome(row), lockedUntil: row.locked_until };
}

const FIND_COLLECTION: Statement = {
  name: "find-collection",
  text: `select ${HOME_COLUMNS}, ${COLLECTION_COLUMNS}, ${grantedColumn("$4")}
    from ${HOME} join ${BINDING} join ${COLLECTION}
    where p.name = $1 and h.kind = $2 and b.name = $3`,
};

export async function findCollection(
  db: Connection,
  actor: number | null,
  { kind, owner, name }: { kind: HomeKind; owner: string; name: string },
): Promise<CollectionRow | null> {
  type Row = HomeColumns & CollectionColumns;
  const [row] = await rowsOf<Row>(db, FIND_COLLECTION, [owner, kind, name, actor]);
  return row === undefined || isConcealed(row) ? null : toCollection(row, toHome(row));
}

/** Whether a collection belongs to another and nothing on it was granted: as good as not there. */
function isConcealed({ collection_granted: granted }: CollectionColumns): boolean {
  return granted?.length === 0;
}

/** The default collection of each type first, since macOS Contacts shows only the first one. */
const LIST_COLLECTIONS: Statement = {
  name: "list-collections",
  text: `select ${COLLECTION_COLUMNS}, ${grantedColumn("$3")}
    from binding b join ${COLLECTION}
    where b.principal_id = $1 and b.home = $2
    order by c.id`,
};

export async function listCollections(
  db: Connection,
  actor: number | null,
  home: HomeRow,
): Promise<CollectionRow[]> {
  const values = [home.owner.id, home.kind, actor];
  const rows = await rowsOf<CollectionColumns>(db, LIST_COLLECTIONS, values);
  return rows.filter((row) => !isConcealed(row)).map((row) => toCollection(row, home));
}

const FIND_OBJECT = withData(
  "find-object",
  (columns) => `select ${HOME_COLUMNS}, ${COLLECTION_COLUMNS}, ${grantedColumn("$5")}, ${columns}
    from ${HOME} join ${BINDING} join ${COLLECTION}
    left join object o on o.principal_id = c.principal_id and o.collection_id = c.id
      and o.name = $4 and o.data is not null
    where p.name = $1 and h.kind = $2 and b.name = $3`,
);

export async function findObject(
  db: Connection,
  actor: number | null,
  place: { kind: HomeKind; owner: string; collection: string; name: string },
  columns: Columns,
): Promise<{ collection: CollectionRow; object: ObjectRow | null } | null> {
  type Row = HomeColumns & CollectionColumns & MaybeObjectColumns;
  const { kind, owner, collection, name } = place;
  const values = [owner, kind, collection, name, actor];
  const [row] = await rowsOf<Row>(db, FIND_OBJECT(columns), values);
  if (row === undefined || isConcealed(row)) return null;
  return { collection: toCollection(row, toHome(row)), object: toMaybeObject(row) };
}

const MEMBERS = `object o where o.principal_id = $1 and o.collection_id = $2`;

const LIST_OBJECTS = withData(
  "list-objects",
  (columns) => `select ${columns} from ${MEMBERS} and o.data is not null order by o.name`,
);

export async function listObjects(
  db: Connection,
  collection: CollectionRow,
  columns: Columns,
): Promise<ObjectRow[]> {
  const rows = await rowsOf<ObjectColumns>(db, LIST_OBJECTS(columns), keyOf(collection));
  return rows.map(toObject);
}

const GET_OBJECTS = withData(
  "get-objects",
  (columns) => `select ${columns} from ${MEMBERS} and o.name = any($3) and o.data is not null`,
);

export async function getObjects(
  db: Connection,
  collection: CollectionRow,
  names: readonly string[],
  columns: Columns,
): Promise<ObjectRow[]> {
  const values = [...keyOf(collection), names];
  const rows = await rowsOf<ObjectColumns>(db, GET_OBJECTS(columns), values);
  return rows.map(toObject);
}

const FIND_UID: Statement = {
  name: "find-uid",
  text: `select o.name from ${MEMBERS} and o.uid = $3`,
};

export async function findUid(
  db: Connection,
  collection: CollectionRow,
  uid: string,
): Promise<string | null> {
  const [row] = await rowsOf<{ name: string }>(db, FIND_UID, [...keyOf(collection), uid]);
  return row?.name ?? null;
}

const FIND_UIDS: Statement = {
  name: "find-uids",
  text: `select ${OBJECT_COLUMNS} from ${MEMBERS} and o.uid = any($3)`,
};

export async function findUids(
  db: Connection,
  collection: CollectionRow,
  uids: readonly string[],
): Promise<ObjectRow[]> {
  const rows = await rowsOf<ObjectColumns>(db, FIND_UIDS, [...keyOf(collection), uids]);
  return rows.map(toObject);
}

const FIND_BY_COMPONENT = withData(
  "find-by-component",
  (columns) => `select ${columns}, true as exact from ${MEMBERS}
    and o.data is not null and ($3::text is null or o.component = $3) order by o.name`,
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

/** Objects by component and time; without a range every object of the component is exact. */
export async function findObjects(
  db: Connection,
  collection: CollectionRow,
  { component, range }: ObjectSearch,
  columns: Columns,
): Promise<FoundObject[]> {
  type Row = ObjectColumns & { exact: boolean };
  const values = [...keyOf(collection), component ?? null];
  if (range === undefined) {
    const rows = await rowsOf<Row>(db, FIND_BY_COMPONENT(columns), values);
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

function keyOf(collection: CollectionRow): unknown[] {
  return [collection.home.owner.id, collection.id];
}

const CHANGED_OBJECTS = withData(
  "changed-objects",
  (columns) => `select ${columns} from ${MEMBERS}
    and o.changed_seq > $3 and o.changed_seq <= $4 and ($3 > 0 or o.data is not null)
    order by o.changed_seq limit $5`,
);

export async function changedObjects(
  db: Connection,
  collection: CollectionRow,
  page: { since: number; limit: number },
  columns: Columns,
): Promise<ObjectChange[]> {
  const values = [...keyOf(collection), page.since, collection.seq, page.limit];
  const rows = await rowsOf<MaybeObjectColumns>(db, CHANGED_OBJECTS(columns), values);
  return rows.map(toObjectChange);
}

function toObjectChange(row: MaybeObjectColumns): ObjectChange {
  return { name: row.name, seq: row.seq, object: toMaybeObject(row) };
}

function changedCollectionsStatement(name: string, seq: string): Statement {
  return {
    name,
    text: `select b.name as collection_name, ${seq} as changed_seq, ${COLLECTION_COLUMNS}
      from binding b left join ${COLLECTION}
      where b.principal_id = $1 and b.home = $2 and ${seq} > $3 and ${seq} <= $4
        and ($3 > 0 or c.id is not null)
      order by ${seq} limit $5`,
  };
}

const CHANGED_BINDINGS = changedCollectionsStatement("changed-bindings", "b.changed_seq");
const CHANGED_COLLECTIONS = changedCollectionsStatement(
  "changed-collections",
  "greatest(b.changed_seq, c.sync_seq)",
);

export async function changedCollections(
  db: Connection,
  home: HomeRow,
  page: { since: number; limit: number },
  { byContent }: { byContent: boolean },
): Promise<CollectionChange[]> {
  type Row = { collection_name: string; changed_seq: number } & (
    | CollectionColumns
    | { collection_id: null }
  );
  const statement = byContent ? CHANGED_COLLECTIONS : CHANGED_BINDINGS;
  const values = [home.owner.id, home.kind, page.since, home.seq, page.limit];
  const rows = await rowsOf<Row>(db, statement, values);
  return rows.map((row) => ({
    name: row.collection_name,
    seq: row.changed_seq,
    collection: row.collection_id === null ? null : toCollection(row, home),
  }));
}

/** Each collection gives a page at most, read in order from its index, whatever it holds. */
const CHANGED_HOME_OBJECTS = withData(
  "changed-home-objects",
  (columns) => `select ${COLLECTION_COLUMNS}, ${columns}
    from binding b join ${COLLECTION}
    cross join lateral (
      select * from object where principal_id = c.principal_id and collection_id = c.id
        and changed_seq > $3 and changed_seq <= $4 and ($3 > 0 or data is not null)
      order by changed_seq limit $5
    ) o
    where b.principal_id = $1 and b.home = $2
    order by o.changed_seq limit $5`,
);

export async function changedHomeObjects(
  db: Connection,
  home: HomeRow,
  page: { since: number; limit: number },
  columns: Columns,
): Promise<{ collection: CollectionRow; change: ObjectChange }[]> {
  type Row = CollectionColumns & MaybeObjectColumns;
  const values = [home.owner.id, home.kind, page.since, home.seq, page.limit];
  const rows = await rowsOf<Row>(db, CHANGED_HOME_OBJECTS(columns), values);
  return rows.map((row) => ({ collection: toCollection(row, home), change: toObjectChange(row) }));
}
