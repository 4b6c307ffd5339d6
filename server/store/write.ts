import type {
  CollectionPlace,
  CollectionRow,
  HomeRow,
  NewCollection,
  NewGrant,
  NewObject,
  ObjectRow,
  PrincipalRow,
  PropertyChanges,
} from "../../dav/store.ts";
import { ACTOR, AUTHOR, type Author, authorParameter, change } from "./change.ts";
import { isGrantedRead } from "./grants.ts";
import { rowsOf, type Connection, type Statement } from "./query.ts";
import { BIND_NAME, COPY_COLLECTION, UNBIND_NAME } from "./transfer.ts";

const TOUCHED = `touched as (
  update collection set sync_seq = seq from counter where principal_id = $1 and id = $4
)`;

const PUT_OBJECT = change(
  "put-object",
  "content",
  "$4::bigint",
  `${TOUCHED}, gone as (
    delete from occurrence where principal_id = $1 and collection_id = $4 and object_name = $5
  ), stored as (
    insert into object (principal_id, collection_id, name, changed_seq, uid, component, etag,
      content_type, data, properties, created_at, modified_at, made_seq, changed_by)
    select $1, $4, $5, seq, $6, $7, $8, $9, $10, coalesce($11::jsonb, '{}'), now(), now(), seq, ${ACTOR} from counter
    on conflict (principal_id, collection_id, name) do update set
      changed_seq = excluded.changed_seq, uid = excluded.uid, component = excluded.component,
      etag = excluded.etag, content_type = excluded.content_type, data = excluded.data,
      modified_at = excluded.modified_at, changed_by = excluded.changed_by,
      made_seq = case when object.data is null then excluded.made_seq else object.made_seq end,
      properties = case when $11::jsonb is null and object.data is not null then object.properties
        else excluded.properties end,
      created_at = case when object.data is null then excluded.created_at else object.created_at end
  ), indexed as (
    insert into occurrence (principal_id, collection_id, object_name, component, starts, ends, floating, exact,
      busy)
    select $1, $4, $5, * from unnest($12::text[], $13::bigint[], $14::bigint[], $15::boolean[], $16::boolean[],
      $17::text[])
  )`,
);

/** As PUT_OBJECT for many, each with a number of its own. */
const PUT_OBJECTS = change(
  "put-objects",
  "content",
  "$4::bigint",
  `${TOUCHED}, given as (
    select name, seq - cardinality($5::text[]) + position as seq, uid, component, etag, content_type, data
    from counter, unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bytea[])
      with ordinality as t (name, uid, component, etag, content_type, data, position)
  ), gone as (
    delete from occurrence where principal_id = $1 and collection_id = $4 and object_name = any($5)
  ), stored as (
    insert into object (principal_id, collection_id, name, changed_seq, uid, component, etag,
      content_type, data, properties, created_at, modified_at, made_seq, changed_by)
    select $1, $4, name, seq, uid, component, etag, content_type, data, '{}', now(), now(), seq, ${ACTOR} from given
    on conflict (principal_id, collection_id, name) do update set
      changed_seq = excluded.changed_seq, uid = excluded.uid, component = excluded.component,
      etag = excluded.etag, content_type = excluded.content_type, data = excluded.data,
      modified_at = excluded.modified_at, changed_by = excluded.changed_by,
      made_seq = case when object.data is null then excluded.made_seq else object.made_seq end,
      created_at = case when object.data is null then excluded.created_at else object.created_at end
  ), indexed as (
    insert into occurrence (principal_id, collection_id, object_name, component, starts, ends, floating, exact,
      busy)
    select $1, $4, * from unnest($11::text[], $12::text[], $13::bigint[], $14::bigint[], $15::boolean[],
      $16::boolean[], $17::text[])
  )`,
  "cardinality($5::text[])",
);

/** Objects and bytes of them that one statement takes. */
const MAX_OBJECTS = 500;
const MAX_BYTES = 4 * 2 ** 20;

const DELETE_OBJECT = change(
  "delete-object",
  "content",
  "$4::bigint",
  `${TOUCHED}, gone as (
    delete from occurrence where principal_id = $1 and collection_id = $4 and object_name = $5
  ), buried as (
    update object set changed_seq = seq, changed_by = ${ACTOR}, uid = null, etag = null, content_type = null,
      data = null, properties = '{}', modified_at = now()
    from counter where principal_id = $1 and collection_id = $4 and name = $5
  )`,
);

const CREATE_COLLECTION = change(
  "create-collection",
  "content",
  "(select id from made)",
  `made as (
    insert into collection (principal_id, kind, sync_seq, components, properties)
    select $1, $5, seq, $6, $7 from counter returning id
  ), bound as (
    insert into binding (principal_id, home, name, owner_id, collection_id, changed_seq)
    select $1, $2, $4, $1, made.id, seq from counter, made
    on conflict (principal_id, home, name) do update set
      owner_id = excluded.owner_id, collection_id = excluded.collection_id,
      changed_seq = excluded.changed_seq
  )`,
);

/** Who may still read the collection is told once more that it changed. */
const UNBIND_COLLECTION = change(
  "unbind-collection",
  "content",
  "$4::bigint",
  `unbound as (
    update binding set owner_id = null, collection_id = null, changed_seq = seq
    from counter where principal_id = $1 and home = $2 and collection_id = $4
  ), dismissed as (
    update push_subscription s set removed_at = now()
    where s.owner_id = $1 and s.collection_id = $4 and s.removed_at is null
      and (s.principal_id = $1 or ${isGrantedRead("s.principal_id", "$1", "$4")})
  )`,
);

const DROP_COLLECTION: Statement = {
  name: "drop-collection",
  text: `delete from collection where principal_id = $1 and id = $2`,
};

/** Sets in `properties`: takes the names of one parameter away, merges the other in. */
export const CHANGED_PROPERTIES = (removed: string, set: string) =>
  `properties = (properties - ${removed}::text[]) || ${set}::jsonb`;

const CHANGE_COLLECTION_PROPERTIES = change(
  "change-collection-properties",
  "property",
  "$4::bigint",
  `changed as (
    update collection set sync_seq = seq, ${CHANGED_PROPERTIES("$5", "$6")}
    from counter where principal_id = $1 and id = $4
  ), shown as (
    update binding set changed_seq = seq
    from counter where principal_id = $1 and home = $2 and collection_id = $4
  )`,
);

const CHANGE_GRANTS = change(
  "change-grants",
  "property",
  "$4::bigint",
  `revoked as (
    delete from access where principal_id = $1 and collection_id = $4 and grantee_id <> all($5::bigint[])
  ), granted as (
    insert into access (principal_id, collection_id, grantee_id, privileges)
    select $1, $4, grantee, string_to_array(privileges, ' ')
    from unnest($5::bigint[], $6::text[]) as given (grantee, privileges)
    on conflict (principal_id, collection_id, grantee_id) do update set privileges = excluded.privileges
  ), changed as (
    update collection set sync_seq = seq from counter where principal_id = $1 and id = $4
  ), shown as (
    update binding set changed_seq = seq
    from counter where principal_id = $1 and home = $2 and collection_id = $4
  )`,
);

const CHANGE_OBJECT_PROPERTIES = change(
  "change-object-properties",
  "content",
  "$4::bigint",
  `${TOUCHED}, changed as (
    update object set changed_seq = seq, changed_by = ${ACTOR}, ${CHANGED_PROPERTIES("$6", "$7")}
    from counter where principal_id = $1 and collection_id = $4 and name = $5
  )`,
);

const CHANGE_HOME_PROPERTIES: Statement = {
  name: "change-home-properties",
  text: `with changed as (
      update home set sync_seq = sync_seq + 1, ${CHANGED_PROPERTIES("$4", "$5")}
      where principal_id = $1 and kind = $2 returning sync_seq as seq
    )
    insert into outbox (principal_id, home, seq, change, actor_id, silenced)
    select $1, $2, seq, 'property', ${AUTHOR} from changed`,
};

const CHANGE_PRINCIPAL_PROPERTIES: Statement = {
  name: "change-principal-properties",
  text: `update principal set ${CHANGED_PROPERTIES("$2", "$3")} where id = $1`,
};

/** The changes of one user in one transaction, which must hold the lock of the home it changes. */
export class Writer {
  readonly #db: Connection;
  readonly #author: readonly (string | null)[];

  constructor(db: Connection, author: Author) {
    this.#db = db;
    this.#author = authorParameter(author);
  }

  async putObject(collection: CollectionRow, object: NewObject): Promise<void> {
    const { occurrences } = object;
    await this.#change(PUT_OBJECT, collection.home, [
      collection.id,
      object.name,
      object.uid,
      object.component,
      object.etag,
      object.contentType,
      object.data,
      object.properties ?? null,
      occurrences.map(({ component }) => component),
      occurrences.map(({ starts }) => starts),
      occurrences.map(({ ends }) => ends),
      occurrences.map(({ floating }) => floating),
      occurrences.map(({ exact }) => exact),
      occurrences.map(({ busy }) => busy),
    ]);
  }

  async putObjects(collection: CollectionRow, objects: readonly NewObject[]): Promise<void> {
    for (const some of batches(objects)) {
      const rows = some.flatMap(({ name, occurrences }) =>
        occurrences.map((occurrence) => ({ ...occurrence, name })),
      );
      await this.#change(PUT_OBJECTS, collection.home, [
        collection.id,
        some.map(({ name }) => name),
        some.map(({ uid }) => uid),
        some.map(({ component }) => component),
        some.map(({ etag }) => etag),
        some.map(({ contentType }) => contentType),
        some.map(({ data }) => data),
        rows.map(({ name }) => name),
        rows.map(({ component }) => component),
        rows.map(({ starts }) => starts),
        rows.map(({ ends }) => ends),
        rows.map(({ floating }) => floating),
        rows.map(({ exact }) => exact),
        rows.map(({ busy }) => busy),
      ]);
    }
  }

  async deleteObject(collection: CollectionRow, name: string): Promise<void> {
    await this.#change(DELETE_OBJECT, collection.home, [collection.id, name]);
  }

  async createCollection(home: HomeRow, collection: NewCollection): Promise<void> {
    const { name, kind, components, properties } = collection;
    await this.#change(CREATE_COLLECTION, home, [name, kind, components, properties]);
  }

  async deleteCollection({ home, id }: CollectionRow): Promise<void> {
    await this.#change(UNBIND_COLLECTION, home, [id]);
    await rowsOf(this.#db, DROP_COLLECTION, [home.owner.id, id]);
  }

  /** A new collection in a home with the properties of another, and unless `shallow` its members. */
  async copyCollection(
    { home: { owner }, id }: CollectionRow,
    { home, name, shallow }: CollectionPlace,
  ): Promise<void> {
    await this.#change(COPY_COLLECTION, home, [owner.id, id, name, shallow]);
  }

  /** Maps a collection to another name of its home. */
  async moveCollection({ home, id }: CollectionRow, name: string): Promise<void> {
    await this.#change(UNBIND_NAME, home, [id]);
    await this.#change(BIND_NAME, home, [id, name]);
  }

  async changeCollectionProperties(
    { home, id }: CollectionRow,
    changes: PropertyChanges,
  ): Promise<void> {
    await this.#change(CHANGE_COLLECTION_PROPERTIES, home, [id, ...split(changes)]);
  }

  async changeGrants({ home, id }: CollectionRow, grants: readonly NewGrant[]): Promise<void> {
    await this.#change(CHANGE_GRANTS, home, [
      id,
      grants.map(({ principalId }) => principalId),
      grants.map(({ privileges }) => privileges.join(" ")),
    ]);
  }

  async changeObjectProperties(
    { home, id }: CollectionRow,
    { name }: ObjectRow,
    changes: PropertyChanges,
  ): Promise<void> {
    await this.#change(CHANGE_OBJECT_PROPERTIES, home, [id, name, ...split(changes)]);
  }

  async changeHomeProperties(home: HomeRow, changes: PropertyChanges): Promise<void> {
    await this.#change(CHANGE_HOME_PROPERTIES, home, split(changes));
  }

  async changePrincipalProperties({ id }: PrincipalRow, changes: PropertyChanges): Promise<void> {
    await rowsOf(this.#db, CHANGE_PRINCIPAL_PROPERTIES, [id, ...split(changes)]);
  }

  async #change(statement: Statement, home: HomeRow, values: unknown[]): Promise<void> {
    await rowsOf(this.#db, statement, [home.owner.id, home.kind, this.#author, ...values]);
  }
}

function* batches(objects: readonly NewObject[]): Generator<NewObject[]> {
  let batch: NewObject[] = [];
  let bytes = 0;
  for (const object of objects) {
    if (batch.length === MAX_OBJECTS || (bytes > 0 && bytes + object.data.length > MAX_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(object);
    bytes += object.data.length;
  }
  if (batch.length > 0) yield batch;
}

/** The removed names, and the set values. */
export function split(changes: PropertyChanges): [string[], Record<string, string>] {
  const entries = Object.entries(changes);
  const set = entries.filter((entry): entry is [string, string] => entry[1] !== null);
  return [
    entries.filter(([, value]) => value === null).map(([name]) => name),
    Object.fromEntries(set),
  ];
}
