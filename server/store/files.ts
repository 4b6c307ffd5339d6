import type {
  FileChange,
  FileContent,
  FileGrant,
  FilePlace,
  FileRow,
  FileStore,
  FoundFile,
} from "../../dav/file-store.ts";
import type { StoredProperties } from "../../dav/store.ts";
import { rowsOf, type Connection, type Statement } from "./query.ts";
import { type Author, authorParameter } from "./change.ts";
import {
  CHANGE_GRANTS,
  CHANGE_PROPERTIES,
  COPY,
  CREATE,
  MOVE,
  REMOVE,
  REPLACE,
} from "./change-files.ts";
import type { Growth, QuotaGuard } from "./quota.ts";
import { grantColumns } from "./change-grants.ts";
import { GRANTEE, identities } from "./grants.ts";
import { split } from "./write.ts";

/** Columns of file, under the alias f. */
const COLUMNS = `f.id, f.name, f.changed_seq, f.etag, f.content_type, f.size, f.properties,
  f.created_at, f.modified_at`;

/** One level of the way down to a place for each row: the home, then the names of $2 one by one. */
const WALK = `walk as (
  select 0 as depth, f.principal_id, f.id from principal p
    join file f on f.principal_id = p.id and f.parent_id is null
    where p.name = $1
  union all
  select depth + 1, f.principal_id, f.id from walk
    join file f on f.principal_id = walk.principal_id and f.parent_id = walk.id
      and f.name = ($2::text[])[depth + 1]
)`;

/**
 * The column granted: what was granted to the actor, other than the owner, on the resources that a condition on rows of
 * file_access names. All are SQL.
 */
const granted = (actor: string, owner: string, which: string) => `
  case when ${actor}::bigint is null or ${actor} = ${owner} then null else array(
    select distinct unnest(a.privileges) from file_access a
    where a.principal_id = ${owner} and a.grantee_id in ${identities(actor)} and ${which}
  ) end as granted`;

/** $3 asks for the bytes of the resource itself; $4 is who asks. */
const FIND: Statement = {
  name: "find-file",
  text: `with recursive ${WALK}
    select depth, p.id as owner_id, p.name as owner_name, p.display_name, ${COLUMNS},
      h.uuid as home_uuid, h.sync_seq as home_seq,
      ${granted("$4", "p.id", "a.file_id in (select w.id from walk w where w.depth <= walk.depth)")},
      case when $3 and depth = cardinality($2::text[]) then f.data end as data
    from walk join file f on f.principal_id = walk.principal_id and f.id = walk.id
      join principal p on p.id = f.principal_id join home h on h.principal_id = p.id and h.kind = 'files'
    where depth >= cardinality($2::text[]) - 1`,
};

/** $3 is who asks, of whom is known what was granted on the collection. */
const LIST: Statement = {
  name: "list-files",
  text: `select ${COLUMNS}, ${granted("$3", "$1", "a.file_id = f.id")}
    from file f where f.principal_id = $1 and f.parent_id = $2 order by f.name`,
};

/**
 * What changed below the collection $2 of the owner $1 after $3 up to $4, at most $5, with $6 on all levels; $7 is who asks, as
 * with LIST. A removed file is not told where another file is now; of a collection that came in the place of another both
 * are told where its members are, because the old ones went.
 */
const CHANGED: Statement = {
  name: "changed-files",
  text: `with recursive below as (
      select id, array[]::text[] as path, array[]::bigint[] as ids from file where principal_id = $1 and id = $2
      union all
      select f.id, path || f.name, ids || f.id from below
        join file f on f.principal_id = $1 and f.parent_id = below.id and f.etag is null
      where $6
    )
    select path || f.name as path, f.changed_seq as seq, f.etag is null as is_collection, ${COLUMNS},
      ${granted("$7", "$1", "a.file_id = any(ids || f.id)")}
    from below join file f on f.principal_id = $1 and f.parent_id = below.id
    where f.changed_seq > $3 and f.changed_seq <= $4
    union all
    select path || rtrim(t.name, '/'), t.changed_seq, right(t.name, 1) = '/', ${COLUMNS}, null
    from below join file_tombstone t on t.principal_id = $1 and t.parent_id = below.id
      left join file f on false
    where $3 > 0 and t.changed_seq > $3 and t.changed_seq <= $4 and not exists (
      select from file n
      where n.principal_id = $1 and n.parent_id = t.parent_id and n.name = rtrim(t.name, '/')
        and (n.etag is null) = (right(t.name, 1) = '/') and (n.etag is not null or not $6)
    )
    order by seq limit $5`,
};

const IS_GRANTED: Statement = {
  name: "is-file-granted",
  text: `with recursive ${WALK}
    select exists (
      select from walk join file_access a on a.principal_id = walk.principal_id and a.file_id = walk.id
      where a.grantee_id in ${identities("$3")}
    ) as found`,
};

/** What was granted on the resources $2 of the owner $1, or above them. */
const LIST_GRANTS: Statement = {
  name: "list-file-grants",
  text: `with recursive up as (
      select id as start, 0 as above, id, parent_id from file where principal_id = $1 and id = any($2::bigint[])
      union all
      select start, above + 1, f.id, f.parent_id from up join file f on f.principal_id = $1 and f.id = up.parent_id
    )
    select up.start, up.above, ${GRANTEE}, a.privileges
    from up join file_access a on a.principal_id = $1 and a.file_id = up.id
      join principal q on q.id = a.grantee_id and q.disabled_at is null
    order by up.above, q.name`,
};

const LOCK: Statement = {
  name: "lock-files",
  text: `select locked_until from home where kind = 'files' and principal_id = (select id from principal where name = $1)
    for update`,
};

interface Row {
  id: number;
  name: string;
  changed_seq: number;
  etag: string | null;
  content_type: string;
  size: number;
  properties: StoredProperties;
  created_at: Date;
  modified_at: Date;
  granted: string[] | null;
  data?: Buffer | null;
}

type FoundRow = Row & {
  depth: number;
  owner_id: number;
  owner_name: string;
  display_name: string;
  home_uuid: string;
  home_seq: number;
};

function toContent({ etag, content_type: contentType, size, data }: Row): FileContent | null {
  return etag === null ? null : { etag, contentType, size, ...(data && { data }) };
}

function toFile(row: Row, place: Pick<FileRow, "owner" | "names" | "home">): FileRow {
  const { owner, names, home } = place;
  return {
    owner,
    names,
    home,
    granted: row.granted,
    id: row.id,
    seq: row.changed_seq,
    content: toContent(row),
    properties: row.properties,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
  };
}

async function find(
  db: Connection,
  actor: number | null,
  owner: string,
  names: readonly string[],
  { data }: { data: boolean },
): Promise<FoundFile> {
  const rows = await rowsOf<FoundRow>(db, FIND, [owner, names, data, actor]);
  const at = (depth: number) => {
    const row = rows.find((each) => each.depth === depth);
    if (row === undefined || row.granted?.length === 0) return null;
    const { owner_id: id, owner_name: name, display_name: displayName } = row;
    return toFile(row, {
      owner: { id, name, displayName },
      names: names.slice(0, depth),
      home: { uuid: row.home_uuid, seq: row.home_seq },
    });
  };
  return { parent: at(names.length - 1), file: at(names.length) };
}

async function list(db: Connection, actor: number | null, collection: FileRow): Promise<FileRow[]> {
  const { owner, id } = collection;
  const rows = await rowsOf<Row>(db, LIST, [owner.id, id, actor]);
  return rows.map((row) => below(collection, [row.name], row));
}

/** A resource below a collection, for which the grants of the collection hold too. */
function below(collection: FileRow, path: readonly string[], row: Row): FileRow {
  const all = row.granted && [...(collection.granted ?? []), ...row.granted];
  return toFile({ ...row, granted: all }, { ...collection, names: [...collection.names, ...path] });
}

async function changed(
  db: Connection,
  actor: number | null,
  collection: FileRow,
  { since, limit, deep }: { since: number; limit: number; deep: boolean },
): Promise<FileChange[]> {
  const { owner, id, names, home } = collection;
  const values = [owner.id, id, since, home.seq, limit, deep, actor];
  type Changed = (Row | { id: null }) & { path: string[]; seq: number; is_collection: boolean };
  const rows = await rowsOf<Changed>(db, CHANGED, values);
  return rows.map((row) => ({
    names: [...names, ...row.path],
    seq: row.seq,
    file: row.id === null ? null : below(collection, row.path, row),
    isCollection: row.is_collection,
  }));
}

async function listGrants(
  db: Connection,
  files: readonly FileRow[],
): Promise<ReadonlyMap<number, readonly FileGrant[]>> {
  const ids = files.map(({ id }) => id);
  const values = [files[0]?.owner.id, ids];
  const rows = await rowsOf<FileGrant & { start: number }>(db, LIST_GRANTS, values);
  return Map.groupBy(rows, ({ start }) => start);
}

const keyOf = ({ parent, name }: FilePlace): unknown[] => [parent.id, name];

/**
 * The files area over Postgres.
 *
 * @param author who asks, and makes the changes
 */
export function fileStore(db: Connection, author: Author, quota: QuotaGuard): FileStore {
  const run = async (statement: Statement, { owner }: FileRow, values: unknown[]) => {
    const given = [owner.id, "files", authorParameter(author), ...values];
    const [growth] = await rowsOf<Growth>(db, statement, given);
    if (growth !== undefined) await quota.check(owner.id, growth);
  };
  return {
    find: (owner, names, columns) => find(db, author.id, owner, names, columns),
    list: (collection) => list(db, author.id, collection),
    async isGranted(owner, names) {
      const values = [owner, names, author.id];
      const [row] = await rowsOf<{ found: boolean }>(db, IS_GRANTED, values);
      return row?.found === true;
    },
    listGrants: (files) => listGrants(db, files),
    changed: (collection, page) => changed(db, author.id, collection, page),
    async lock(owner) {
      const [row] = await rowsOf<{ locked_until: Date | null }>(db, LOCK, [owner]);
      return row === undefined ? null : { lockedUntil: row.locked_until };
    },
    create: (at, content, properties) =>
      run(CREATE, at.parent, [
        ...keyOf(at),
        content?.etag ?? null,
        content?.contentType ?? null,
        content?.data ?? null,
        properties,
      ]),
    replace: (file, { etag, contentType, data }) =>
      run(REPLACE, file, [file.id, etag, contentType, data]),
    remove: (file) => run(REMOVE, file, [file.id]),
    copy: (file, at, { shallow }) =>
      run(COPY, at.parent, [file.id, ...keyOf(at), shallow, file.owner.id]),
    move: (file, at) => run(MOVE, file, [file.id, ...keyOf(at)]),
    changeGrants: (file, grants) => run(CHANGE_GRANTS, file, [file.id, ...grantColumns(grants)]),
    changeProperties: (file, changes) => run(CHANGE_PROPERTIES, file, [file.id, ...split(changes)]),
  };
}
