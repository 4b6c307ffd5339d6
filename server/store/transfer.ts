import { movedKeys } from "./text-index.ts";
import { INHERITED } from "./change-grants.ts";
import { ACTOR, change } from "./change.ts";

/** How many members a collection has, tombstones aside: each of them takes a number of the home. */
const membersOf = (owner: string, collection: string) =>
  `(select count(*) from object where principal_id = ${owner} and collection_id = ${collection} and data is not null)`;

/** Takes the name away from the collection $4. A number of its own, so that a page can end between old and new name. */
export const UNBIND_NAME = change(
  "unbind-name",
  "content",
  "null::bigint",
  `unbound as (
    update binding set owner_id = null, collection_id = null, changed_seq = seq, unbound_seq = seq, unbound_id = $4
    from counter where principal_id = $1 and home = $2 and collection_id = $4
  )`,
);

/**
 * Gives the collection $4 the name $5. Its members are mapped to new URLs by that, which is a change of each of them
 * (RFC 6578 section 3.5.1): they get numbers after that of the name.
 */
export const BIND_NAME = change(
  "bind-name",
  "content",
  "$4::bigint",
  `numbered as materialized (
    select name, row_number() over (order by changed_seq) as n from object
    where principal_id = $1 and collection_id = $4 and data is not null
  ), first as (
    select seq - (select count(*) from numbered) as seq from counter
  ), bound as (
    insert into binding (principal_id, home, name, owner_id, collection_id, changed_seq)
    select $1, $2, $5, $1, $4, seq from first
    on conflict (principal_id, home, name) do update set
      owner_id = excluded.owner_id, collection_id = excluded.collection_id,
      changed_seq = excluded.changed_seq
  ), moved as (
    update object o set changed_seq = first.seq + n, changed_by = ${ACTOR} from first, numbered
    where o.principal_id = $1 and o.collection_id = $4 and o.name = numbered.name
  ), touched as (
    update collection set sync_seq = seq from counter where principal_id = $1 and id = $4
  )`,
  { numbers: `1 + ${membersOf("$1", "$4")}` },
);

/**
 * Makes a collection with the name $6, with the properties of the collection $5 of the owner $4, and unless $7 with its
 * members. The name has the first number, the members those after it.
 */
export const COPY_COLLECTION = change(
  "copy-collection",
  "content",
  "(select id from made)",
  `made as (
    insert into collection (principal_id, kind, sync_seq, components, properties)
    select $1, c.kind, seq, c.components, c.properties
    from counter, collection c where c.principal_id = $4 and c.id = $5 returning id
  ), ${INHERITED}, copied as materialized (
    select o.*, row_number() over (order by changed_seq) as n from object o
    where principal_id = $4 and collection_id = $5 and data is not null and not $7
  ), first as (
    select seq - (select count(*) from copied) as seq from counter
  ), bound as (
    insert into binding (principal_id, home, name, owner_id, collection_id, changed_seq)
    select $1, $2, $6, $1, made.id, seq from first, made
    on conflict (principal_id, home, name) do update set
      owner_id = excluded.owner_id, collection_id = excluded.collection_id,
      changed_seq = excluded.changed_seq
  ), stored as (
    insert into object (principal_id, collection_id, name, changed_seq, uid, component, etag,
      content_type, data, properties, created_at, modified_at, made_seq, changed_by)
    select $1, made.id, name, first.seq + n, uid, component, etag, content_type, data, properties, now(), now(),
      first.seq + n, ${ACTOR}
    from first, made, copied
  ), indexed as (
    insert into occurrence (principal_id, collection_id, object_name, component, starts, ends, floating, exact,
      busy)
    select $1, made.id, object_name, component, starts, ends, floating, exact, busy
    from made, occurrence where principal_id = $4 and collection_id = $5 and not $7
  ), keyed as (
    insert into text_index (principal_id, collection_id, object_name, keys)
    select $1, made.id, object_name, ${movedKeys("made.id", "keys")}
    from made, text_index where principal_id = $4 and collection_id = $5 and not $7
  )`,
  {
    numbers: `1 + case when $7 then 0 else ${membersOf("$4", "$5")} end`,
    bytes: "select coalesce(sum(octet_length(data)), 0) from copied",
  },
);
