import type { Statement } from "./query.ts";

/** Who makes changes, and which push registrations asked not to be told of them ("*": none is told). */
export interface Author {
  /** Id of the principal; null for the server itself. */
  readonly id: number | null;
  readonly silenced: readonly string[];
}

/** What comes before the push token of a device in `silenced`: the device itself made the change. */
export const DEVICE = "device:";

/** The same author of what the server alters by itself, which the device that asked must fetch as well. */
export function altering({ id, silenced }: Author): Author {
  return { id, silenced: silenced.filter((one) => !one.startsWith(DEVICE)) };
}

/** The server itself. */
export const SERVER: Author = { id: null, silenced: [] };

/** An author as one parameter, $3 of each change. */
export function authorParameter({ id, silenced }: Author): (string | null)[] {
  return [id === null ? null : String(id), ...silenced];
}

/** Who that parameter names. */
export const ACTOR = "($3::text[])[1]::bigint";

/** That parameter as the columns actor_id and silenced. */
export const AUTHOR = `${ACTOR}, ($3::text[])[2:]`;

/** What a change takes, each in SQL. */
interface Taken {
  /** Numbers of the home; 1 when left out. */
  readonly numbers?: string;
  /** Bytes of the owner's quota, fewer than 0 when it gives some back; 0 when left out. */
  readonly bytes?: string;
}

/**
 * Each change is one statement: it takes the next number of the home ($1, $2), counts the bytes, writes, and leaves a
 * row in the outbox, so that no change can be stored without being announced. $3 is its author. `seq` is the
 * last of the numbers it takes. It answers with its Growth.
 */
export function change(
  name: string,
  what: "content" | "property",
  collection: string,
  text: string,
  { numbers = "1", bytes = "0" }: Taken = {},
): Statement {
  return {
    name,
    text: `with recursive growth as (select (${bytes})::bigint as grown), counter as (
        update home set sync_seq = sync_seq + ${numbers}, used = used + grown
        from growth where principal_id = $1 and kind = $2
        returning sync_seq as seq, grown, used
      ), ${text},
      announced as (
        insert into outbox (principal_id, home, collection_id, seq, change, actor_id, silenced)
        select $1, $2, ${collection}, seq, '${what}', ${AUTHOR} from counter
      )
      select grown,
        case when grown > 0 then (select quota from principal where id = $1) end as quota,
        case when grown > 0 then used + (
          select coalesce(sum(u.used), 0)::bigint from home u where u.principal_id = $1 and u.kind <> $2
        ) end as used
      from counter`,
  };
}

/** Bytes of the members of the collection $4 of the owner $1 that a condition on their rows o names. */
export const bytesOf = (condition: string) => `(
  select coalesce(sum(octet_length(o.data)), 0) from object o
  where o.principal_id = $1 and o.collection_id = $4 and ${condition}
)`;

/** A change of members is one of their collection, $4. */
export const TOUCHED = `touched as (
  update collection set sync_seq = seq from counter where principal_id = $1 and id = $4
)`;
