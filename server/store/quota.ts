import { violated } from "../../dav/errors.ts";
import type { Storage } from "../../dav/store.ts";
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

/** Holds accounts to their quotas (RFC 4331 section 6), for one transaction. */
export class QuotaGuard {
  readonly #byDefault: number;
  readonly #grown = new Map<number, number>();

  /** @param byDefault bytes that an account without a quota of its own may take */
  constructor(byDefault: number) {
    this.#byDefault = byDefault;
  }

  /**
   * Refuses a change after it was made, so that the transaction is undone, when the account takes more than it may and
   * more than before the transaction: one that is over its quota can still move and remove.
   *
   * @throws DavError 507 quota-not-exceeded
   */
  check(ownerId: number, { grown, used, quota }: Growth): void {
    const sum = (this.#grown.get(ownerId) ?? 0) + grown;
    this.#grown.set(ownerId, sum);
    const most = quota ?? this.#byDefault;
    if (sum > 0 && used > most) {
      throw violated(
        "quota-not-exceeded",
        `all that the account stores takes at most ${most} bytes`,
      );
    }
  }
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
