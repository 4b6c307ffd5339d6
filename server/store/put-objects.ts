import type { NewObject, ObjectRow } from "../../dav/store.ts";
import { keysParameter, storedKeys } from "./text-index.ts";
import { ACTOR, bytesOf, change, TOUCHED } from "./change.ts";

/** Of an object that is found by the same keys as before nothing is written. */
const INDEXED_TEXT = `on conflict (principal_id, collection_id, object_name) do update
    set keys = excluded.keys where text_index.keys <> excluded.keys`;

/** Makes or replaces an object. */
export const PUT_OBJECT = change(
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
      gone_seq = case when object.data is null then object.changed_seq else object.gone_seq end,
      properties = case when $11::jsonb is null and object.data is not null then object.properties
        else excluded.properties end,
      created_at = case when object.data is null then excluded.created_at else object.created_at end
  ), indexed as (
    insert into occurrence (principal_id, collection_id, object_name, component, starts, ends, floating, exact,
      busy)
    select $1, $4, $5, * from unnest($12::text[], $13::bigint[], $14::bigint[], $15::boolean[], $16::boolean[],
      $17::text[])
  ), keyed as (
    insert into text_index (principal_id, collection_id, object_name, keys)
    select $1, $4, $5, ${storedKeys("$4::bigint", "$18::text")}
    ${INDEXED_TEXT}
  )`,
  { bytes: "$19" },
);

/** As PUT_OBJECT for many, each with a number of its own. */
export const PUT_OBJECTS = change(
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
      gone_seq = case when object.data is null then object.changed_seq else object.gone_seq end,
      created_at = case when object.data is null then excluded.created_at else object.created_at end
  ), indexed as (
    insert into occurrence (principal_id, collection_id, object_name, component, starts, ends, floating, exact,
      busy)
    select $1, $4, * from unnest($11::text[], $12::text[], $13::bigint[], $14::bigint[], $15::boolean[],
      $16::boolean[], $17::text[])
  ), keyed as (
    insert into text_index (principal_id, collection_id, object_name, keys)
    select $1, $4, name, ${storedKeys("$4::bigint", "keys")}
    from unnest($5::text[], $18::text[]) as given (name, keys)
    ${INDEXED_TEXT}
  )`,
  {
    numbers: "cardinality($5::text[])",
    bytes: `(select sum(octet_length(data)) from unnest($10::bytea[]) as given (data)) - ${bytesOf("o.name = any($5)")}`,
  },
);

/** Objects and bytes of them that one statement takes. */
const MAX_OBJECTS = 500;
const MAX_BYTES = 4 * 2 ** 20;

/**
 * The parameters of PUT_OBJECT from $5 on.
 *
 * @param replaced what has the name so far
 */
export function valuesOf(object: NewObject, replaced: Pick<ObjectRow, "size"> | null): unknown[] {
  const { name, uid, component, etag, contentType, data, properties, occurrences, keys } = object;
  const row = [name, uid, component, etag, contentType, data, properties ?? null];
  const grown = data.length - (replaced?.size ?? 0);
  return [...row, ...occurrenceColumns(occurrences), keysParameter(keys), grown];
}

/** The parameters of PUT_OBJECTS from $5 on. */
export function valuesOfMany(objects: readonly NewObject[]): unknown[] {
  const rows = objects.flatMap(({ name, occurrences }) => occurrences.map(() => name));
  return [
    objects.map(({ name }) => name),
    objects.map(({ uid }) => uid),
    objects.map(({ component }) => component),
    objects.map(({ etag }) => etag),
    objects.map(({ contentType }) => contentType),
    objects.map(({ data }) => data),
    rows,
    ...occurrenceColumns(objects.flatMap(({ occurrences }) => occurrences)),
    objects.map(({ keys }) => keysParameter(keys)),
  ];
}

function occurrenceColumns(occurrences: NewObject["occurrences"]): unknown[] {
  return [
    occurrences.map(({ component }) => component),
    occurrences.map(({ starts }) => starts),
    occurrences.map(({ ends }) => ends),
    occurrences.map(({ floating }) => floating),
    occurrences.map(({ exact }) => exact),
    occurrences.map(({ busy }) => busy),
  ];
}

/** Objects in portions that one statement takes. */
export function* batches(objects: readonly NewObject[]): Generator<NewObject[]> {
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
