import type { Pool } from "pg";
import type { Transaction } from "../../dav/store.ts";
import type { DavResponse, Work } from "../../dav/index.ts";
import { registerWebPush } from "../push/transports/web-push/registration.ts";
import { fileStore } from "./files.ts";
import { lockStore } from "./locks.ts";
import type { Connection } from "./query.ts";
import { findStorage, lockHomes, QuotaGuard, QuotaRace } from "./quota.ts";
import { listGrants, listHomeGrants } from "./grants.ts";
import * as principals from "./principals.ts";
import { findCards } from "./text-index.ts";
import * as read from "./read.ts";
import * as timeIndex from "./time-index.ts";
import { inPipelinedTransaction } from "./transaction.ts";
import type { Author } from "./change.ts";
import { Writer } from "./write.ts";

/** Runs the work of requests in transactions. */
export interface Store {
  /**
   * Runs work, again when Postgres broke it off for a conflict.
   *
   * @param actor id of the principal who asks; null for the server itself
   * @param silenced push registrations that asked not to be told of its changes; "*" stands for all
   */
  run<Result = DavResponse>(
    work: StoreWork<Result>,
    actor: number | null,
    silenced?: readonly string[],
  ): Promise<Result>;
}

export interface StoreWork<Result> {
  readonly mode: Work["mode"];
  readonly run: (tx: Transaction) => Promise<Result>;
}

const BEGIN: Readonly<Record<"snapshot" | "write", string>> = {
  snapshot: "begin isolation level repeatable read read only",
  write: "begin",
};

const MAX_ATTEMPTS = 5;
/** serialization_failure, deadlock_detected. */
const CONFLICTS = new Set(["40001", "40P01"]);

/**
 * A store over a pool of connections.
 *
 * @param changed called after each committed write, so that push can look at the outbox at once
 * @param quota bytes that an account without a quota of its own may store
 */
export function createStore(
  pool: Pool,
  changed: () => void,
  quota = Number.POSITIVE_INFINITY,
): Store {
  return {
    async run(work, actor, silenced = []) {
      const author = { id: actor, silenced };
      if (work.mode === "statement") return work.run(transaction(pool, author, quota));
      let crowded: number | null = null;
      for (let attempt = 1; ; attempt++) {
        try {
          const all = crowded;
          const result = await inPipelinedTransaction(pool, BEGIN[work.mode], async (db) => {
            if (all !== null) await lockHomes(db, all);
            return work.run(transaction(db, author, quota));
          });
          if (work.mode === "write") changed();
          return result;
        } catch (error) {
          if (attempt === MAX_ATTEMPTS || !isConflict(error)) throw error;
          if (error instanceof QuotaRace) crowded = error.ownerId;
        }
      }
    },
  };
}

function isConflict(error: unknown): boolean {
  if (error instanceof QuotaRace) return true;
  return error instanceof Error && "code" in error && CONFLICTS.has(String(error.code));
}

function transaction(db: Connection, author: Author, quota: number): Transaction {
  const guard = new QuotaGuard(db, quota);
  const writer = new Writer(db, author, guard);
  const actor = author.id;
  return {
    files: fileStore(db, author, guard),
    locks: lockStore(db),
    findPrincipal: (name) => principals.findPrincipal(db, name),
    findPrincipals: (names) => principals.findPrincipals(db, names),
    searchPrincipals: (search) => principals.searchPrincipals(db, search),
    findHome: (kind, owner) => read.findHome(db, actor, kind, owner),
    lockHome: (kind, owner) => read.lockHome(db, actor, kind, owner),
    findCollection: (kind, owner, name) => read.findCollection(db, actor, { kind, owner, name }),
    listCollections: (home) => read.listCollections(db, actor, home),
    findObject: (kind, owner, collection, name, columns) =>
      read.findObject(db, actor, { kind, owner, collection, name }, columns),
    findTarget: (kind, owner, collection, name, uid) =>
      read.findTarget(db, actor, { kind, owner, collection, name }, uid),
    listObjects: (collection, page, columns) => read.listObjects(db, collection, page, columns),
    getObjects: (collection, names, columns) => read.getObjects(db, collection, names, columns),
    findObjects: (collection, search, columns) =>
      timeIndex.findObjects(db, collection, search, columns),
    findCards: (collection, search, limit) => findCards(db, collection, search, limit),
    findBusy: (collections, range, limit) => timeIndex.findBusy(db, collections, range, limit),
    findUids: (collection, uids) => read.findUids(db, collection, uids),
    findUid: (collection, uid) => read.findUid(db, collection, uid),
    findStorage: (owner) => findStorage(db, owner),
    listGrants: (collections) => listGrants(db, collections),
    listHomeGrants: (home) => listHomeGrants(db, home),
    changedObjects: (collection, since, limit, columns) =>
      read.changedObjects(db, collection, { since, limit }, columns),
    changedCollections: (home, since, limit, what) =>
      read.changedCollections(db, actor, home, { since, limit }, what),
    replacedCollections: (home, since, limit) =>
      read.replacedCollections(db, home, { since, limit }),
    changedHomeObjects: (home, since, limit, columns) =>
      read.changedHomeObjects(db, actor, home, { since, limit }, columns),
    putObject: (collection, object, replaced) => writer.putObject(collection, object, replaced),
    putObjects: (collection, objects) => writer.putObjects(collection, objects),
    deleteObject: (collection, name) => writer.deleteObject(collection, name),
    createCollection: (home, collection) => writer.createCollection(home, collection),
    deleteCollection: (collection) => writer.deleteCollection(collection),
    copyCollection: (collection, place) => writer.copyCollection(collection, place),
    moveCollection: (collection, name) => writer.moveCollection(collection, name),
    changePrincipalProperties: (principal, changes) =>
      writer.changePrincipalProperties(principal, changes),
    changeHomeProperties: (home, changes) => writer.changeHomeProperties(home, changes),
    changeCollectionProperties: (collection, changes) =>
      writer.changeCollectionProperties(collection, changes),
    changeHomeGrants: (home, grants) => writer.changeHomeGrants(home, grants),
    changeGrants: (collection, grants) => writer.changeGrants(collection, grants),
    changeObjectProperties: (collection, object, changes) =>
      writer.changeObjectProperties(collection, object, changes),
    register: async (registration) =>
      actor === null ? null : registerWebPush(db, actor, registration),
  };
}
