import type { LockedHome } from "../../dav/lock-store.ts";
import type {
  BoundedColumns,
  CollectionChange,
  CollectionRow,
  Columns,
  HomeKind,
  HomeRow,
  MemberPage,
  ObjectChange,
  ObjectRow,
} from "../../dav/store.ts";
import { grantedColumn, homeGrantedColumn, homeIsVisible } from "./grants.ts";
import { rowsOf, type Connection, type Statement } from "./query.ts";
import {
  BRIEF_COLUMNS,
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

/** A statement that reads columns of objects; their bytes are those of `o.data` unless another expression is given. */
export function withColumns(
  name: string,
  text: (columns: string) => string,
  bytes = "o.data",
): (columns: Columns) => Statement {
  const variants = (called: string, columns: string) => ({
    light: { name: called, text: text(columns) },
    heavy: { name: `${called}-data`, text: text(`${columns}, ${bytes}`) },
  });
  const full = variants(name, OBJECT_COLUMNS);
  const short = variants(`${name}-brief`, BRIEF_COLUMNS);
  return ({ data, brief = false }) => {
    const { light, heavy } = brief ? short : full;
    return data ? heavy : light;
  };
}

/** The bytes of an object, or none when those of the objects before it, in an order if one is named, are so many or more. */
export const dataWithin = (
  bytes: string,
  order = "",
) => `case when coalesce(sum(octet_length(o.data)) over (
  ${order} rows between unbounded preceding and 1 preceding
), 0) < ${bytes} then o.data end as data`;

/** The parameters of such a statement; only with bytes it takes their number. */
export function withBytes(values: readonly unknown[], columns: BoundedColumns): unknown[] {
  return columns.data ? [...values, columns.bytes] : [...values];
}

const FIND_HOME: Statement = {
  name: "find-home",
  text: `select ${HOME_COLUMNS}, ${homeGrantedColumn("$3")} from ${HOME}
    where p.name = $1 and h.kind = $2 and ${homeIsVisible("$3")}`,
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
  text: `select ${HOME_COLUMNS}, ${homeGrantedColumn("$3")}, h.locked_until from ${HOME}
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
  text: `select ${HOME_COLUMNS}, ${homeGrantedColumn("$4")}, ${COLLECTION_COLUMNS},
      ${grantedColumn("$4")}
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

/** In the order in which they were made: the first of each type is the one that the account began with. */
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

const findObjectText = (columns: string) =>
  `select ${HOME_COLUMNS}, ${COLLECTION_COLUMNS}, ${grantedColumn("$5")}, ${columns}
    from ${HOME} join ${BINDING} join ${COLLECTION}
    left join object o on o.principal_id = c.principal_id and o.collection_id = c.id
      and o.name = $4 and o.data is not null
    where p.name = $1 and h.kind = $2 and b.name = $3`;

const FIND_OBJECT = withColumns("find-object", findObjectText);

const FIND_TARGET: Statement = {
  name: "find-target",
  text: findObjectText(`${OBJECT_COLUMNS}, (
    select u.name from object u where u.principal_id = c.principal_id and u.collection_id = c.id and u.uid = $6
  ) as holder`),
};

interface Place {
  readonly kind: HomeKind;
  readonly owner: string;
  readonly collection: string;
  readonly name: string;
}

type PlaceColumns = HomeColumns & CollectionColumns & MaybeObjectColumns;

export async function findObject(
  db: Connection,
  actor: number | null,
  { kind, owner, collection, name }: Place,
  columns: Columns,
): Promise<{ collection: CollectionRow; object: ObjectRow | null } | null> {
  const values = [owner, kind, collection, name, actor];
  const [row] = await rowsOf<PlaceColumns>(db, FIND_OBJECT(columns), values);
  if (row === undefined || isConcealed(row)) return null;
  return { collection: toCollection(row, toHome(row)), object: toMaybeObject(row) };
}

export async function findTarget(
  db: Connection,
  actor: number | null,
  { kind, owner, collection, name }: Place,
  uid: string,
): Promise<{ collection: CollectionRow; object: ObjectRow | null; holder: string | null } | null> {
  type Row = PlaceColumns & { holder: string | null };
  const values = [owner, kind, collection, name, actor, uid];
  const [row] = await rowsOf<Row>(db, FIND_TARGET, values);
  if (row === undefined || isConcealed(row)) return null;
  const { holder } = row;
  return { collection: toCollection(row, toHome(row)), object: toMaybeObject(row), holder };
}

/** The members of the collection $2 of the owner $1, tombstones too. */
export const MEMBERS = `object o where o.principal_id = $1 and o.collection_id = $2`;

/** What $3 to $5 say is a MemberPage. */
function listObjectsStatement(name: string, columns: string, bytes: string): Statement {
  return {
    name,
    text: `select ${columns} from (
        select o.*, coalesce(
          sum(${bytes}) over (order by o.name rows between unbounded preceding and 1 preceding), 0
        ) as before
        from ${MEMBERS} and o.data is not null and o.name > $3 order by o.name limit $4
      ) o where before < $5 order by o.name`,
  };
}

const PROPERTY_BYTES = `case when o.properties = '{}' then 0 else octet_length(o.properties::text) end`;

const LIST_OBJECTS = {
  light: listObjectsStatement("list-objects", OBJECT_COLUMNS, PROPERTY_BYTES),
  heavy: listObjectsStatement(
    "list-objects-data",
    `${OBJECT_COLUMNS}, o.data`,
    `octet_length(o.data) + ${PROPERTY_BYTES}`,
  ),
};

export async function listObjects(
  db: Connection,
  collection: CollectionRow,
  { after, limit, bytes }: MemberPage,
  { data }: Columns,
): Promise<ObjectRow[]> {
  const statement = data ? LIST_OBJECTS.heavy : LIST_OBJECTS.light;
  const values = [...keyOf(collection), after, limit, bytes];
  const rows = await rowsOf<ObjectColumns>(db, statement, values);
  return rows.map(toObject);
}

const GET_OBJECTS = withColumns(
  "get-objects",
  (columns) => `select ${columns} from ${MEMBERS} and o.name = any($3) and o.data is not null`,
  dataWithin("$4"),
);

export async function getObjects(
  db: Connection,
  collection: CollectionRow,
  names: readonly string[],
  columns: BoundedColumns,
): Promise<ObjectRow[]> {
  const values = withBytes([...keyOf(collection), names], columns);
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

/** The parameters of statements about MEMBERS. */
export function keyOf(collection: CollectionRow): unknown[] {
  return [collection.home.owner.id, collection.id];
}

const CHANGED_OBJECTS = withColumns(
  "changed-objects",
  (columns) => `select ${columns} from ${MEMBERS}
    and o.changed_seq > $3 and o.changed_seq <= $4 and ($3 > 0 or o.data is not null)
    order by o.changed_seq limit $5`,
  dataWithin("$6", "order by o.changed_seq"),
);

export async function changedObjects(
  db: Connection,
  collection: CollectionRow,
  page: { since: number; limit: number },
  columns: BoundedColumns,
): Promise<ObjectChange[]> {
  const values = withBytes([...keyOf(collection), page.since, collection.seq, page.limit], columns);
  const rows = await rowsOf<MaybeObjectColumns>(db, CHANGED_OBJECTS(columns), values);
  return rows.map(toObjectChange);
}

function toObjectChange(row: MaybeObjectColumns): ObjectChange {
  return { name: row.name, seq: row.seq, object: toMaybeObject(row) };
}

function changedCollectionsStatement(name: string, seq: string): Statement {
  return {
    name,
    text: `select b.name as collection_name, ${seq} as changed_seq, ${COLLECTION_COLUMNS}, ${grantedColumn("$6")}
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
  actor: number | null,
  home: HomeRow,
  page: { since: number; limit: number },
  { byContent }: { byContent: boolean },
): Promise<CollectionChange[]> {
  type Row = { collection_name: string; changed_seq: number } & (
    | CollectionColumns
    | { collection_id: null }
  );
  const statement = byContent ? CHANGED_COLLECTIONS : CHANGED_BINDINGS;
  const values = [home.owner.id, home.kind, page.since, home.seq, page.limit, actor];
  const rows = await rowsOf<Row>(db, statement, values);
  return rows.map((row) => ({
    name: row.collection_name,
    seq: row.changed_seq,
    collection: row.collection_id === null ? null : toCollection(row, home),
  }));
}

const REPLACED_COLLECTIONS: Statement = {
  name: "replaced-collections",
  text: `select name as collection_name, unbound_seq as changed_seq from binding
    where principal_id = $1 and home = $2 and collection_id is not null and unbound_seq > $3 and unbound_seq <= $4
    order by unbound_seq limit $5`,
};

export async function replacedCollections(
  db: Connection,
  home: HomeRow,
  page: { since: number; limit: number },
): Promise<CollectionChange[]> {
  type Row = { collection_name: string; changed_seq: number };
  const values = [home.owner.id, home.kind, page.since, home.seq, page.limit];
  const rows = await rowsOf<Row>(db, REPLACED_COLLECTIONS, values);
  return rows.map((row) => ({ name: row.collection_name, seq: row.changed_seq, collection: null }));
}

/** Each collection gives a page at most, read in order from its index, whatever it holds. */
const CHANGED_HOME_OBJECTS = withColumns(
  "changed-home-objects",
  (columns) => `select ${COLLECTION_COLUMNS}, ${grantedColumn("$6")}, ${columns}
    from binding b join ${COLLECTION}
    cross join lateral (
      select * from object where principal_id = c.principal_id and collection_id = c.id
        and changed_seq > $3 and changed_seq <= $4 and ($3 > 0 or data is not null)
      order by changed_seq limit $5
    ) o
    where b.principal_id = $1 and b.home = $2
    order by o.changed_seq limit $5`,
  dataWithin("$7", "order by o.changed_seq"),
);

export async function changedHomeObjects(
  db: Connection,
  actor: number | null,
  home: HomeRow,
  page: { since: number; limit: number },
  columns: BoundedColumns,
): Promise<{ collection: CollectionRow; change: ObjectChange }[]> {
  type Row = CollectionColumns & MaybeObjectColumns;
  const values = withBytes(
    [home.owner.id, home.kind, page.since, home.seq, page.limit, actor],
    columns,
  );
  const rows = await rowsOf<Row>(db, CHANGED_HOME_OBJECTS(columns), values);
  return rows.map((row) => ({ collection: toCollection(row, home), change: toObjectChange(row) }));
}
