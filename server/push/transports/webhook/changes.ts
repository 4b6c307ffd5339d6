import { isGrantedHomeRead, isGrantedRead } from "../../../store/grants.ts";
import { rowsOf, type Connection, type Statement } from "../../../store/query.ts";
import type { Target } from "../../topics.ts";

/** The numbers of the last change that was told, by kind of home. */
export type Cursor = Readonly<Record<string, number>>;

/** What a webhook is about. */
export interface Scope {
  readonly readerId: number;
  readonly target: Target;
  /** Ids of the collections; null for all of the target. */
  readonly collections: readonly number[] | null;
}

/** A collection that changed. */
export interface ChangedCollection {
  /** Null when the collection is gone. */
  readonly id: number | null;
  readonly home: "calendars" | "addressbooks";
  readonly owner: string;
  readonly ownerId: number;
  readonly name: string;
  readonly uuid: string;
  readonly seq: number;
  readonly properties: Readonly<Record<string, string>>;
  /** Whether the collection itself changed: it was made, removed, shared, or its properties set. */
  readonly itself: boolean;
  /** Objects with a number above this have changed. */
  readonly since: number;
  /** The last number to be told of. */
  readonly until: number;
}

/** An object that changed. */
export interface ChangedObject {
  readonly name: string;
  readonly seq: number;
  readonly change: "created" | "modified" | "deleted";
  /** VEVENT, VTODO, …, VCARD. */
  readonly component: string;
  readonly data: Buffer | null;
}

/** The homes of the scope ($2 owner, $3 home or null) and where they are. */
const HOMES: Statement = {
  name: "webhook-homes",
  text: `select kind, sync_seq as seq from home
    where principal_id = $1 and kind in ('calendars', 'addressbooks') and kind = coalesce($2, kind)`,
};

/**
 * The bindings in sight of $1 in the homes of $2 that have changed since: $3 kinds of home, $4 the cursor and $5 the
 * last number of each; $6 collections, or null for all. Those that went since are gone from their names, whatever has these
 * now; to others than the owner that is told where they may read the whole home, for other grants go with the collection.
 */
const COLLECTIONS: Statement = {
  name: "webhook-collections",
  text: `
    select c.id, b.home, p.name as owner, p.id as "ownerId", b.name, c.uuid, c.sync_seq as seq,
      coalesce(c.properties, '{}') as properties,
      b.changed_seq > h.since as itself, h.since, h.until
    from unnest($3::text[], $4::bigint[], $5::bigint[]) as h (kind, since, until)
    join binding b on b.principal_id = $2 and b.home = h.kind
    join principal p on p.id = $2
    left join collection c on c.principal_id = b.owner_id and c.id = b.collection_id
      and ($6::bigint[] is null or c.id = any($6))
    where case when c.id is null
        then ($6 is null or b.unbound_id = any($6) and b.unbound_seq > h.since)
          and ($1 = $2 or ${isGrantedHomeRead("$1", "$2", "b.home")})
        else $1 = $2 or ${isGrantedRead("$1", "b.owner_id", "b.collection_id")} end
      and greatest(c.sync_seq, b.changed_seq) > h.since and b.changed_seq <= h.until
    order by b.home desc, b.name`,
};

/**
 * What changed in the collection $2 of $1 after $3 up to $4, not by $5, with a component of $6; $7 with the text; $8 most;
 * not what was made after $9 and is gone again, unless $10, or another with its name went after $9 too.
 */
const OBJECTS: Statement = {
  name: "webhook-objects",
  text: `
    select name, changed_seq as seq, component, case when $7::boolean then data end as data,
      case when data is null then 'deleted' when made_seq > $9 then 'created' else 'modified' end as change
    from object
    where principal_id = $1 and collection_id = $2 and changed_seq > $3 and changed_seq <= $4
      and ($5::bigint is null or changed_by is distinct from $5)
      and ($6::text[] is null or component = any($6))
      and ($10::boolean or data is not null or coalesce(made_seq, 0) <= $9 or gone_seq > $9)
    order by changed_seq limit $8`,
};

/** Where the homes of a scope are now. */
export async function readCursor(
  db: Connection,
  { target }: Pick<Scope, "target">,
): Promise<Cursor> {
  const values = [target.ownerId, target.home];
  const homes = await rowsOf<{ kind: string; seq: number }>(db, HOMES, values);
  return Object.fromEntries(homes.map(({ kind, seq }) => [kind, seq]));
}

/** The collections of a scope in which anything changed between two cursors. */
export function readCollections(
  db: Connection,
  { readerId, target, collections }: Scope,
  since: Cursor,
  until: Cursor,
): Promise<ChangedCollection[]> {
  const kinds = Object.keys(until);
  return rowsOf<ChangedCollection>(db, COLLECTIONS, [
    readerId,
    target.ownerId,
    kinds,
    kinds.map((kind) => since[kind] ?? until[kind]),
    kinds.map((kind) => until[kind]),
    target.collectionId === null ? collections : [target.collectionId],
  ]);
}

export interface ObjectQuery {
  /** Id of the principal whose own changes are left out; null leaves none out. */
  readonly exceptBy: number | null;
  readonly components: readonly string[] | null;
  /** Whether the objects' texts are needed. */
  readonly data: boolean;
  /** Whether what came and went counts too. */
  readonly passing: boolean;
}

/** Objects read at once: few when they come with their texts, which can be long. */
const PAGE = 500;
const PAGE_WITH_DATA = 16;

/** The objects of a collection that changed, in the order of their changes; not those that came and went. */
export async function* readObjects(
  db: Connection,
  { id, ownerId, since, until }: ChangedCollection,
  { exceptBy, components, data, passing }: ObjectQuery,
): AsyncGenerator<ChangedObject> {
  const limit = data ? PAGE_WITH_DATA : PAGE;
  let after = since;
  let page: ChangedObject[];
  do {
    const values = [ownerId, id, after, until, exceptBy, components, data, limit, since, passing];
    page = await rowsOf<ChangedObject>(db, OBJECTS, values);
    yield* page;
    after = page.at(-1)?.seq ?? after;
  } while (page.length === limit);
}
