import type { Pool } from "pg";
import { identities, isGrantedRead } from "../../../store/grants.ts";
import { rowsOf, type Statement } from "../../../store/query.ts";

/** The data types whose states are told, by kind of home: its collections, and what is in them. */
export const TYPES = {
  calendars: ["Calendar", "CalendarEvent"],
  addressbooks: ["AddressBook", "ContactCard"],
} as const;

export const ALL_TYPES: readonly string[] = Object.values(TYPES).flat();

/** State strings by type. */
export type TypeStates = Readonly<Record<string, string>>;

/** States by account id: the user's own account, and those in which others granted something. */
export type States = Readonly<Record<string, TypeStates>>;

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly own: boolean;
  readonly states: TypeStates;
}

/**
 * For each user of $1 the homes in sight, with the number of the last change of a collection, and of anything in them.
 * Names that were unmapped count in one's own homes; in others' only what was granted is seen at all.
 */
const STATES: Statement = {
  name: "jmap-states",
  text: `
    select u.id as reader, h.principal_id as owner, p.name, h.kind, left(h.uuid::text, 8) as incarnation,
      coalesce(max(b.changed_seq), 0) as collections,
      greatest(coalesce(max(b.changed_seq), 0), coalesce(max(c.sync_seq), 0)) as objects
    from unnest($1::bigint[]) as u (id)
    join home h on h.kind in ('calendars', 'addressbooks')
      and h.principal_id in (
        select u.id union
        select a.principal_id from access a
        where a.grantee_id in ${identities("u.id")})
    join principal p on p.id = h.principal_id
    left join binding b on b.principal_id = h.principal_id and b.home = h.kind
      and (h.principal_id = u.id or ${isGrantedRead("u.id", "b.owner_id", "b.collection_id")})
    left join collection c on c.principal_id = b.owner_id and c.id = b.collection_id
    group by u.id, h.principal_id, p.name, h.kind, h.uuid
    having h.principal_id = u.id or count(b.name) > 0
    order by p.name, h.kind`,
};

interface Row {
  reader: number;
  owner: number;
  name: string;
  kind: keyof typeof TYPES;
  incarnation: string;
  collections: number;
  objects: number;
}

/** What JMAP calls the account of a principal. */
export function accountIdOf(principalId: number): string {
  return `a${principalId}`;
}

function statesOf({ kind, incarnation, collections, objects }: Row): TypeStates {
  const [collection, object] = TYPES[kind];
  return {
    [collection]: `${incarnation}-${collections}`,
    [object]: `${incarnation}-${objects}`,
  };
}

/**
 * The accounts that users may see and their states as they are now (RFC 8620 section 1.6.2): a state is the
 * DAV counter of the last change.
 *
 * @param principalIds whose accounts; each has an entry in the result
 */
export async function readAccounts(
  pool: Pool,
  principalIds: readonly number[],
): Promise<ReadonlyMap<number, readonly Account[]>> {
  const accounts = new Map<number, Map<number, Account>>(principalIds.map((id) => [id, new Map()]));
  for (const row of await rowsOf<Row>(pool, STATES, [principalIds])) {
    const of = accounts.get(row.reader);
    const known = of?.get(row.owner);
    of?.set(row.owner, {
      id: accountIdOf(row.owner),
      name: row.name,
      own: row.owner === row.reader,
      states: { ...known?.states, ...statesOf(row) },
    });
  }
  return new Map([...accounts].map(([id, of]) => [id, [...of.values()]]));
}

/** The states of accounts, of the given types only; null takes all. */
export function statesByAccount(
  accounts: readonly Account[],
  types: ReadonlySet<string> | null,
): States {
  const wanted = accounts.map(({ id, states }) => [id, restrict(states, types)] as const);
  return Object.fromEntries(wanted.filter(([, states]) => Object.keys(states).length > 0));
}

function restrict(states: TypeStates, types: ReadonlySet<string> | null): TypeStates {
  return Object.fromEntries(Object.entries(states).filter(([type]) => types?.has(type) ?? true));
}

/** What of `now` is not as it was told; accounts that went are not mentioned. */
export function changedStates(told: States, now: States): States {
  const changed = Object.entries(now).map(([id, states]) => {
    const differing = Object.entries(states).filter(([type, state]) => told[id]?.[type] !== state);
    return [id, Object.fromEntries(differing)] as const;
  });
  return Object.fromEntries(changed.filter(([, states]) => Object.keys(states).length > 0));
}

/** The StateChange object (RFC 8620 section 7.1). */
export function stateChange(changed: States): string {
  return JSON.stringify({ "@type": "StateChange", changed });
}
