import { change } from "./change.ts";
import { replacedGrants } from "./change-grants.ts";
import { CHANGED_PROPERTIES } from "./write.ts";

/** A resource of an owner with all that is below it, and how deep. */
const tree = (id: string, owner = "$1") => `tree as (
  select principal_id, id, 0 as depth from file where principal_id = ${owner} and id = ${id}
  union all
  select f.principal_id, f.id, depth + 1 from tree
    join file f on f.principal_id = tree.principal_id and f.parent_id = tree.id
)`;

/** Bytes of the file $4. */
const SIZE = `(select coalesce(f.size, 0) from file f where f.principal_id = $1 and f.id = $4)`;

/** Bytes of the files of an owner whose ids a relation has. */
const sizeOf = (files: string, owner = "$1") => `(
  select coalesce(sum(f.size), 0) from ${files} join file f on f.principal_id = ${owner} and f.id = ${files}.id
)`;

/** Leaves a tombstone where the resource $4 stood, with the number of a relation. The name of a collection ends in a slash. */
const buried = (numbered: string) => `buried as (
  insert into file_tombstone (principal_id, parent_id, name, changed_seq)
  select $1, f.parent_id, f.name || case when f.etag is null then '/' else '' end, ${numbered}.seq
  from ${numbered}, file f where f.principal_id = $1 and f.id = $4
  on conflict (principal_id, parent_id, name) do update set changed_seq = excluded.changed_seq
)`;

export const CREATE = change(
  "create-file",
  "content",
  "null::bigint",
  `made as (
    insert into file (principal_id, parent_id, name, changed_seq, etag, content_type, data, properties)
    select $1, $4, $5, seq, $6, $7, $8, $9 from counter
  )`,
  { bytes: "coalesce(octet_length($8::bytea), 0)" },
);

export const REPLACE = change(
  "replace-file",
  "content",
  "null::bigint",
  `written as (
    update file set changed_seq = seq, etag = $5, content_type = $6, data = $7, modified_at = now()
    from counter where principal_id = $1 and id = $4
  )`,
  { bytes: `octet_length($7::bytea) - ${SIZE}` },
);

export const REMOVE = change(
  "remove-file",
  "content",
  "null::bigint",
  `${tree("$4")}, ${buried("counter")}, removed as (
    delete from file f using tree where f.principal_id = tree.principal_id and f.id = tree.id
  )`,
  { bytes: `- ${sizeOf("tree")}` },
);

/**
 * Every resource of the tree of the owner $8 ($7: only its top) gets a new id, the new id of the resource above it, and a number
 * of its own.
 */
export const COPY = change(
  "copy-file",
  "content",
  "null::bigint",
  `${tree("$4", "$8")}, fresh as materialized (
    select id, nextval(pg_get_serial_sequence('file', 'id')) as fresh_id, row_number() over (order by depth, id) as n
    from tree where not $7 or id = $4
  ), copied as (
    insert into file (principal_id, id, parent_id, name, changed_seq, etag, content_type, data, properties)
    overriding system value
    select $1, fresh.fresh_id, case when f.id = $4 then $5 else above.fresh_id end,
      case when f.id = $4 then $6 else f.name end, seq - (select count(*) from fresh) + fresh.n,
      f.etag, f.content_type, f.data, f.properties
    from counter, fresh join file f on f.principal_id = $8 and f.id = fresh.id
      left join fresh above on above.id = f.parent_id
  )`,
  { numbers: "(select count(*) from fresh)", bytes: sizeOf("fresh", "$8") },
);

/** The old name has the first number; all that is mapped to new URLs has those after it. */
export const MOVE = change(
  "move-file",
  "content",
  "null::bigint",
  `${tree("$4")}, numbered as materialized (
    select id, row_number() over (order by depth, id) as n from tree
  ), first as (
    select seq - (select count(*) from numbered) as seq from counter
  ), ${buried("first")}, moved as (
    update file f set changed_seq = first.seq + n,
      parent_id = case when f.id = $4 then $5 else f.parent_id end,
      name = case when f.id = $4 then $6 else f.name end
    from first, numbered where f.principal_id = $1 and f.id = numbered.id
  )`,
  { numbers: "1 + (select count(*) from numbered)" },
);

export const CHANGE_PROPERTIES = change(
  "change-file-properties",
  "property",
  "null::bigint",
  `changed as (
    update file set changed_seq = seq, ${CHANGED_PROPERTIES("$5", "$6")}
    from counter where principal_id = $1 and id = $4
  )`,
);

export const CHANGE_GRANTS = change(
  "change-file-grants",
  "property",
  "null::bigint",
  `${replacedGrants("file_access", { principal_id: "$1", file_id: "$4" }, "$5", "$6")}, changed as (
    update file set changed_seq = seq from counter where principal_id = $1 and id = $4
  )`,
);
