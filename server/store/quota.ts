import { violated } from "../../dav/errors.ts";
import type { Storage } from "../../dav/store.ts";
import { errorCode } from "../failure.ts";
import { rowsOf, type Connection, type Statement } from "./query.ts";

/** What a change did to the storage that an account takes; null for a change that leaves it as it is. */
export interface Growth {
  /** Bytes more than before. */
  readonly grown: number;
  /** Bytes that all homes of the account take with it. */
  readonly used: number;
  /** The account's own quota in bytes; null when it has none. */
  readonly quota: number | null;
}

/**
 * What two changes in other homes of an account that are under way at the same time may add without being looked for: each
 * half of it. An account has three homes, and each is locked by who changes it.
 */
const ROOM = 32 * 2 ** 20;

/** An account near its quota is changed in another of its homes just now: the transaction is to be run again with all locked. */
export class QuotaRace extends Error {
  override readonly name = "QuotaRace";
  readonly ownerId: number;

  constructor(ownerId: number) {
    super("another home of the account is being changed");
    this.ownerId = ownerId;
  }
}

/** Holds accounts to their quotas (RFC 4331 section 6), for one transaction. */
export class QuotaGuard {
  readonly #db: Connection;
  readonly #byDefault: number;
  readonly #grown = new Map<number, number>();

  /** @param byDefault bytes that an account without a quota of its own may take */
  constructor(db: Connection, byDefault: number) {
    this.#db = db;
    this.#byDefault = byDefault;
  }

  /**
   * Refuses a change after it was made, so that the transaction is undone, when the account takes more than it may and
   * more than before the transaction: one that is over its quota can still move and remove. Where what others change at
   * the same time could matter, their homes are locked and looked at again.
   *
   * @throws DavError 507 quota-not-exceeded
   * @throws QuotaRace when another home is locked
   */
  async check(ownerId: number, { grown, used, quota }: Growth): Promise<void> {
    const sum = (this.#grown.get(ownerId) ?? 0) + grown;
    this.#grown.set(ownerId, sum);
    const most = quota ?? this.#byDefault;
    if (grown <= 0 || sum <= 0 || most === Number.POSITIVE_INFINITY) return;
    if (used <= most - ROOM && sum <= ROOM / 2) return;
    if (used <= most && (await this.#usedByAll(ownerId)) <= most) return;
    throw violated("quota-not-exceeded", `all that the account stores takes at most ${most} bytes`);
  }

  /** What the account takes while nobody else changes it. */
  async #usedByAll(ownerId: number): Promise<number> {
    try {
      await rowsOf(this.#db, TAKE_HOMES, [ownerId]);
    } catch (error) {
      throw errorCode(error) === LOCK_NOT_AVAILABLE ? new QuotaRace(ownerId) : error;
    }
    return (await findStorage(this.#db, ownerId)).used;
  }
}

const LOCK_NOT_AVAILABLE = "55P03";

const homesOf = (wait: string) =>
  `select kind from home where principal_id = $1 order by kind for no key update ${wait}`;

/** Waits for nobody: who is waited for may want the home that is held. */
const TAKE_HOMES: Statement = { name: "take-homes", text: homesOf("nowait") };
const LOCK_HOMES: Statement = { name: "lock-homes", text: homesOf("") };

/** Locks all homes of an account against every other writer, before anything else is done. */
export async function lockHomes(db: Connection, ownerId: number): Promise<void> {
  await rowsOf(db, LOCK_HOMES, [ownerId]);
}

/** Bytes that all homes of the principal `p` take, as SQL. */
export const USED = `(select coalesce(sum(u.used), 0)::bigint from home u where u.principal_id = p.id)`;

const FIND_STORAGE: Statement = {
  name: "find-storage",
  text: `select ${USED} as used, p.quota from principal p where p.id = $1`,
};

/** What an account stores; nothing if there is no such account. */
export async function findStorage(db: Connection, owner: number): Promise<Storage> {
  const [row] = await rowsOf<Storage>(db, FIND_STORAGE, [owner]);
  return row ?? { used: 0, quota: null };
}
