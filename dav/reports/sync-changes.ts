import { hiddenCards } from "../hidden-cards.ts";
import type { MethodContext } from "../methods/method.ts";
import { statusResponse } from "../multistatus.ts";
import { formatPath, type Path } from "../paths.ts";
import { forbidden, readsAllOf } from "../privileges.ts";
import { propertyResponses, responder } from "../property-responses.ts";
import type { PropertyRequest } from "../propstat.ts";
import {
  collectionResource,
  fileResource,
  hrefOf,
  objectResource,
  type CollectionResource,
  type FileResource,
  type HomeResource,
  type Resource,
} from "../resource.ts";
import type { Columns, HomeRow, ObjectRow, Transaction } from "../store.ts";
import {
  collectionToken,
  fileIncarnation,
  fileToken,
  formatToken,
  homeToken,
  readToken,
} from "../synctoken.ts";
import type { Element } from "../xml/element.ts";

/** What a client asks of sync-collection. */
export interface SyncRequest extends Columns {
  readonly token: string;
  readonly level: "1" | "infinite";
  /** Most members in the answer. */
  readonly limit: number;
  readonly wanted: PropertyRequest;
  /** The stored bytes after which the answer ends, if they are wanted. */
  readonly bytes: number;
}

/** One page of changes and the token that the next request begins with. */
export interface Changes {
  readonly responses: Iterable<Element>;
  readonly token: string;
  readonly truncated: boolean;
}

/** What changed: a resource, or null and the path of what was removed. */
interface Change {
  readonly seq: number;
  readonly resource: Resource | null;
  readonly path: Path;
  /** Whether it is or was a collection of files, of which the path does not tell. */
  readonly isFileCollection?: boolean;
  /** Whether its bytes were wanted and did not fit any more. */
  readonly cut?: boolean;
}

function hrefTo({ path, isFileCollection = false }: Change): string {
  return isFileCollection ? `${formatPath(path)}/` : formatPath(path);
}

interface Page {
  readonly shown: readonly Change[];
  readonly truncated: boolean;
  /** The number that the next page begins after. */
  readonly seq: number;
}

/** The members of a calendar or address book that changed since the token. */
export async function collectionChanges(
  tx: Transaction,
  { collection }: CollectionResource,
  sync: SyncRequest,
  context: MethodContext,
): Promise<Changes> {
  const since = readToken(sync.token, collection)?.seq ?? 0;
  if (since === collection.seq) {
    return { responses: [], token: collectionToken(collection), truncated: false };
  }
  const changed = await tx.changedObjects(collection, since, sync.limit + 1, sync);
  const hidden = await hiddenCards(tx, collection, context);
  const changes = changed.map(({ name, seq, object }) => ({
    seq,
    resource: object && !hidden.has(name) ? objectResource(collection, object) : null,
    path: pathIn(collection.home, collection.name, name),
    cut: isCut(object, sync),
  }));
  const { shown, truncated, seq } = page(changes, sync.limit, collection.seq);
  // At first there is nothing that could have been removed.
  const told = since === 0 ? shown.filter(({ resource }) => resource !== null) : shown;
  return {
    responses: await responsesTo(tx, told, sync, context),
    token: formatToken({ uuid: collection.uuid, seq, mark: "" }),
    truncated,
  };
}

/**
 * What changed below a home: its collections, at level infinite their members too. At level 1 a
 * collection counts as changed when a member is, since macOS polls only the home. When the
 * advertised push configuration changed, the home reports itself (apple-pubsubdiscovery practice).
 * The home of another can be synchronized by whoever was granted to read all of it; others synchronize the
 * collections in it that were granted to them.
 *
 * @throws DavError 403 need-privileges
 */
export async function homeChanges(
  tx: Transaction,
  resource: HomeResource,
  sync: SyncRequest,
  context: MethodContext,
): Promise<Changes> {
  const { home } = resource;
  const { mark } = context.push;
  if (!readsAllOf(home, context.user.id)) throw forbidden("read", hrefOf(resource));
  const token = readToken(sync.token, home);
  const own =
    token !== null && token.mark !== mark
      ? await propertyResponses(tx, [resource], sync.wanted, context)
      : [];
  if (token?.seq === home.seq) {
    return { responses: own, token: homeToken(home, mark), truncated: false };
  }
  const changes = await changesBelow(tx, home, token?.seq ?? 0, sync);
  const limit = Math.min(sync.limit, distinct(changes));
  const { shown, truncated, seq } = page(changes, limit, home.seq);
  return {
    responses: [...own, ...(await responsesTo(tx, shown, sync, context))],
    token: formatToken({ uuid: home.uuid, seq, mark }),
    truncated,
  };
}

/** What changed below a collection of files, at level 1 among its members only. */
export async function fileChanges(
  tx: Transaction,
  { file }: FileResource,
  sync: SyncRequest,
  context: MethodContext,
): Promise<Changes> {
  const current = { uuid: fileIncarnation(file), seq: file.home.seq };
  const since = readToken(sync.token, current)?.seq ?? 0;
  if (since === current.seq) return { responses: [], token: fileToken(file), truncated: false };
  const deep = sync.level === "infinite";
  const changed = await tx.files.changed(file, { since, limit: sync.limit + 1, deep });
  const changes = changed.map((each): Change => ({
    seq: each.seq,
    resource: each.file && fileResource(each.file),
    path: { kind: "file", owner: file.owner.name, names: each.names },
    isFileCollection: each.isCollection,
  }));
  const limit = Math.min(sync.limit, distinct(changes));
  const { shown, truncated, seq } = page(changes, limit, current.seq);
  return {
    responses: await responsesTo(tx, shown, sync, context),
    token: formatToken({ ...current, seq, mark: "" }),
    truncated,
  };
}

async function changesBelow(
  tx: Transaction,
  home: HomeRow,
  since: number,
  sync: SyncRequest,
): Promise<Change[]> {
  const most = sync.limit + 1;
  const byContent = sync.level === "1";
  const collections = await tx.changedCollections(home, since, most, { byContent });
  const changes = collections.map(({ name, seq, collection }) => ({
    seq,
    resource: collection && collectionResource(collection),
    path: pathIn(home, name),
  }));
  if (byContent) return changes;
  const replaced = since === 0 ? [] : await tx.replacedCollections(home, since, most);
  const gone = replaced.map(({ name, seq }) => ({ seq, resource: null, path: pathIn(home, name) }));
  const members = await tx.changedHomeObjects(home, since, most, sync);
  const inside = members.map(({ collection, change: { name, seq, object } }) => ({
    seq,
    resource: object && objectResource(collection, object),
    path: pathIn(home, collection.name, name),
    cut: isCut(object, sync),
  }));
  return [...gone, ...changes, ...inside].sort((a, b) => a.seq - b.seq);
}

const isCut = (object: ObjectRow | null, { data }: SyncRequest) =>
  data && object !== null && object.data === undefined;

/**
 * Cuts a page, before the first change whose bytes did not fit; its token is the number of the last change in it, so that
 * nothing is lost between pages.
 */
function page(changes: readonly Change[], limit: number, current: number): Page {
  const end = changes.findIndex(({ cut }) => cut === true);
  const shown = changes.slice(0, end < 0 ? limit : Math.min(limit, end));
  const truncated = changes.length > shown.length;
  return { shown, truncated, seq: truncated ? (shown.at(-1)?.seq ?? current) : current };
}

/**
 * How many changes come before the first of a URL that had one already. Between the end of a collection and the beginning of
 * another with its name a page ends: each URL is in an answer once, and the client forgets the members of the old one.
 */
function distinct(changes: readonly Change[]): number {
  const hrefs = new Set<string>();
  const again = changes.findIndex((each) => hrefs.size === hrefs.add(hrefTo(each)).size);
  return again < 0 ? changes.length : again;
}

async function responsesTo(
  tx: Transaction,
  changes: readonly Change[],
  { wanted }: SyncRequest,
  context: MethodContext,
): Promise<Iterable<Element>> {
  const present = changes.map(({ resource }) => resource).filter((each) => each !== null);
  const respond = await responder(tx, present, wanted, context);
  return changes
    .values()
    .map((each) =>
      each.resource === null ? statusResponse(hrefTo(each), 404) : respond(each.resource),
    );
}

function pathIn({ kind, owner }: HomeRow, collection: string, object?: string): Path {
  const place = { home: kind, owner: owner.name, collection };
  return object === undefined
    ? { kind: "collection", ...place }
    : { kind: "object", ...place, object };
}
