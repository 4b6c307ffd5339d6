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

/**
 * Each change is one statement: it takes the next number of the home ($1, $2), writes, and leaves a row in
 * the outbox, so that no change can be stored without being announced. $3 is its author.
 *
 * @param numbers how many numbers it takes, in SQL; `seq` is the last of them
 */
export function change(
  name: string,
  what: "content" | "property",
  collection: string,
  text: string,
  numbers = "1",
): Statement {
  return {
    name,
    text: `with recursive counter as (
        update home set sync_seq = sync_seq + ${numbers} where principal_id = $1 and kind = $2
        returning sync_seq as seq
      ), ${text},
      announced as (
        insert into outbox (principal_id, home, collection_id, seq, change, actor_id, silenced)
        select $1, $2, ${collection}, seq, '${what}', ${AUTHOR} from counter
      )
      select seq from counter`,
  };
}

/** A change of members is one of their collection, $4. */
export const TOUCHED = `touched as (
  update collection set sync_seq = seq from counter where principal_id = $1 and id = $4
)`;
