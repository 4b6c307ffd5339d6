import { DavError, storeObjects } from "../../dav/index.ts";
import type { CollectionRow, HomeKind, Transaction } from "../../dav/store.ts";
import { Failure } from "../failure.ts";
import type { Store } from "../store/store.ts";
import type { Item, Refusal } from "./items.ts";
import { chooseTarget, findNamed, type Named } from "./targets.ts";

export interface ImportOptions {
  readonly store: Store;
  /** Account name. */
  readonly owner: string;
  readonly named: Named;
}

export interface ImportCounts {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
}

type Outcome = keyof ImportCounts | Refusal;

const BATCH_OBJECTS = 250;
const BATCH_BYTES = 8 * 2 ** 20;
const HOMES: readonly HomeKind[] = ["calendars", "addressbooks"];

/**
 * Stores objects, many in a transaction, as PUT would. An object whose UID is in its collection
 * already replaces that one, so that an import can be run again.
 */
export class Import {
  readonly #options: ImportOptions;
  readonly #waiting: Record<HomeKind, Item[]> = { calendars: [], addressbooks: [] };
  readonly counts = { created: 0, updated: 0, unchanged: 0 };
  readonly refused: Refusal[] = [];

  constructor(options: ImportOptions) {
    this.#options = options;
  }

  /** How many objects have been dealt with. */
  get done(): number {
    const { created, updated, unchanged } = this.counts;
    return created + updated + unchanged + this.refused.length;
  }

  /** @throws Failure if there is no such account, or no collection with a given name */
  async check(): Promise<void> {
    const { store, owner, named } = this.#options;
    const run = async (tx: Transaction) => {
      for (const kind of HOMES) {
        const collections = await collectionsOf(tx, kind, owner, false);
        const name = named[kind];
        if (name !== undefined) findNamed(collections, name);
      }
    };
    await store.run({ mode: "snapshot", run }, null);
  }

  /** Takes an object, and stores it now or with others later. */
  async add(item: Item | Refusal): Promise<void> {
    if ("reason" in item) {
      this.refused.push(item);
      return;
    }
    const waiting = this.#waiting[item.home];
    waiting.push(item);
    const bytes = waiting.reduce((sum, { valid }) => sum + valid.data.length, 0);
    if (waiting.length >= BATCH_OBJECTS || bytes >= BATCH_BYTES) await this.#flush(item.home);
  }

  /** Stores what is waiting. */
  async finish(): Promise<void> {
    for (const kind of HOMES) await this.#flush(kind);
  }

  async #flush(kind: HomeKind): Promise<void> {
    const items = this.#waiting[kind].splice(0);
    if (items.length === 0) return;
    const { store, owner, named } = this.#options;
    const run = async (tx: Transaction) => {
      const collections = await collectionsOf(tx, kind, owner, true);
      const outcomes: Outcome[] = [];
      const targets = new Map<CollectionRow, Item[]>();
      for (const item of items) {
        const { source, valid } = item;
        const target = chooseTarget(collections, valid.component, named[kind]);
        if (typeof target === "string")
          outcomes.push({ source, object: valid.uid, reason: target });
        else targets.set(target, [...(targets.get(target) ?? []), item]);
      }
      for (const [target, its] of targets) outcomes.push(...(await putAll(tx, target, its)));
      return outcomes;
    };
    const outcomes = await store.run({ mode: "write", run }, null).catch((error: unknown) => {
      if (!(error instanceof DavError) || error.condition !== "quota-not-exceeded") throw error;
      return items.map(({ source, valid }): Refusal => {
        return { source, object: valid.uid, reason: error.message };
      });
    });
    for (const outcome of outcomes) {
      if (typeof outcome === "string") this.counts[outcome] += 1;
      else this.refused.push(outcome);
    }
  }
}

async function collectionsOf(
  tx: Transaction,
  kind: HomeKind,
  owner: string,
  lock: boolean,
): Promise<CollectionRow[]> {
  const home = await (lock ? tx.lockHome(kind, owner) : tx.findHome(kind, owner));
  if (!home) throw new Failure(`there is no account "${owner}"`);
  return tx.listCollections(home);
}

/** Stores what goes into one collection, and says what became of it. */
async function putAll(
  tx: Transaction,
  collection: CollectionRow,
  items: readonly Item[],
): Promise<Outcome[]> {
  const objects = items.map(({ valid }) => valid);
  const results = await storeObjects(tx, collection, objects, () => {});
  return results.map((result, index): Outcome => {
    if ("outcome" in result) return result.outcome;
    const { source = "", valid } = items[index] ?? {};
    return { source, object: valid?.uid ?? "", reason: result.error.message };
  });
}
