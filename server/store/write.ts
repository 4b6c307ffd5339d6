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
import { SOURCE } from "../../dav/feed-source.ts";
import {
  ACTOR,
  altering,
  AUTHOR,
  type Author,
  authorParameter,
  bytesOf,
  change,
  TOUCHED,
} from "./change.ts";
import { FEEDS_CHANNEL } from "./feeds.ts";
import {
  CHANGE_GRANTS,
  CHANGE_HOME_GRANTS,
  COLLECTIONS_OF_HOME,
  grantColumns,
  INHERITED,
} from "./change-grants.ts";
import { isGrantedRead } from "./grants.ts";
import { batches, PUT_OBJECT, PUT_OBJECTS, valuesOf, valuesOfMany } from "./put-objects.ts";
import { rowsOf, type Connection, type Statement } from "./query.ts";
import type { Growth, QuotaGuard } from "./quota.ts";
import { BIND_NAME, COPY_COLLECTION, UNBIND_NAME } from "./transfer.ts";

const DELETE_OBJECT = change(
  "delete-object",
  "content",
  "$4::bigint",
  `${TOUCHED}, gone as (
    delete from occurrence where principal_id = $1 and collection_id = $4 and object_name = $5
  ), forgotten as (
    delete from text_index where principal_id = $1 and collection_id = $4 and object_name = $5
  ), buried as (
    update object set changed_seq = seq, changed_by = ${ACTOR}, uid = null, etag = null, content_type = null,
      data = null, properties = '{}', modified_at = now()
    from counter where principal_id = $1 and collection_id = $4 and name = $5
  )`,
  { bytes: `- ${bytesOf("o.name = $5")}` },
);

const CREATE_COLLECTION = change(
  "create-collection",
  "content",
  "(select id from made)",
  `made as (
    insert into collection (principal_id, kind, sync_seq, components, properties, subscribed)
    select $1, $5, seq, $6, $7, $8 from counter returning id
  ), fed as (
    insert into feed (principal_id, collection_id) select $1, id from made where $8
    returning pg_notify('${FEEDS_CHANNEL}', '')
  ), ${INHERITED}, bound as (
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
    update binding set owner_id = null, collection_id = null, changed_seq = seq, unbound_seq = seq, unbound_id = $4
    from counter where principal_id = $1 and home = $2 and collection_id = $4
  ), dismissed as (
    update push_subscription set removed_at = now() where id in (
      select s.id from push_subscription s
      where s.owner_id = $1 and s.collection_id = $4 and s.removed_at is null
        and (s.principal_id = $1 or ${isGrantedRead("s.principal_id", "$1", "$4")})
      order by s.id for no key update
    )
  )`,
  { bytes: `- ${bytesOf("true")}` },
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
  ), fed as (
    update feed set due_at = now(), failures = 0, etag = null, last_modified = null
    where principal_id = $1 and collection_id = $4 and $6::jsonb ? '${SOURCE}'
    returning pg_notify('${FEEDS_CHANNEL}', '')
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

/**
 * The changes of one user in one transaction, which must hold the lock of the home it changes. What grows may throw
 * DavError quota-not-exceeded.
 */
export class Writer {
  readonly #db: Connection;
  readonly #quota: QuotaGuard;
  readonly #author: readonly (string | null)[];
  /** The author of what is stored otherwise than it was sent. */
  readonly #altering: readonly (string | null)[];

  constructor(db: Connection, author: Author, quota: QuotaGuard) {
    this.#db = db;
    this.#quota = quota;
    this.#author = authorParameter(author);
    this.#altering = authorParameter(altering(author));
  }

  async putObject(
    collection: CollectionRow,
    object: NewObject,
    replaced: Pick<ObjectRow, "size"> | null,
  ): Promise<void> {
    const values = [collection.id, ...valuesOf(object, replaced)];
    const author = object.altered === true ? this.#altering : this.#author;
    await this.#change(PUT_OBJECT, collection.home, values, author);
  }

  async putObjects(collection: CollectionRow, objects: readonly NewObject[]): Promise<void> {
    for (const some of batches(objects)) {
      const values = [collection.id, ...valuesOfMany(some)];
      await this.#change(PUT_OBJECTS, collection.home, values, this.#altering);
    }
  }

  async deleteObject(collection: CollectionRow, name: string): Promise<void> {
    await this.#change(DELETE_OBJECT, collection.home, [collection.id, name]);
  }

  async createCollection(home: HomeRow, collection: NewCollection): Promise<void> {
    const { name, kind, components, properties, subscribed = false } = collection;
    const values = [name, kind, components, properties, subscribed];
    await this.#change(CREATE_COLLECTION, home, values);
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
    await this.#change(CHANGE_GRANTS, home, [id, ...grantColumns(grants), false]);
  }

  async changeHomeGrants(home: HomeRow, grants: readonly NewGrant[]): Promise<void> {
    await this.#change(CHANGE_HOME_GRANTS, home, grantColumns(grants));
    const values = [home.owner.id, home.kind];
    for (const { id } of await rowsOf<{ id: number }>(this.#db, COLLECTIONS_OF_HOME, values)) {
      await this.#change(CHANGE_GRANTS, home, [id, ...grantColumns(grants), true]);
    }
  }

  async changeObjectProperties(
    { home, id }: CollectionRow,
    { name }: ObjectRow,
    changes: PropertyChanges,
  ): Promise<void> {
    await this.#change(CHANGE_OBJECT_PROPERTIES, home, [id, name, ...split(changes)]);
  }

  async changeHomeProperties(home: HomeRow, changes: PropertyChanges): Promise<void> {
    const values = [home.owner.id, home.kind, this.#author, ...split(changes)];
    await rowsOf(this.#db, CHANGE_HOME_PROPERTIES, values);
  }

  async changePrincipalProperties({ id }: PrincipalRow, changes: PropertyChanges): Promise<void> {
    await rowsOf(this.#db, CHANGE_PRINCIPAL_PROPERTIES, [id, ...split(changes)]);
  }

  async #change(
    statement: Statement,
    home: HomeRow,
    values: unknown[],
    author = this.#author,
  ): Promise<void> {
    const { owner, kind } = home;
    const [growth] = await rowsOf<Growth>(this.#db, statement, [owner.id, kind, author, ...values]);
    if (growth !== undefined) await this.#quota.check(owner.id, growth);
  }
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
