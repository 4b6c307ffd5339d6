import { digestOf, parseCalendar } from "../../../../dav/icalendar/index.ts";
import { formatPath } from "../../../../dav/paths.ts";
import { formatToken } from "../../../../dav/synctoken.ts";
import type { Connection } from "../../../store/query.ts";
import { decodeText } from "../../../../dav/text.ts";
import { titleOf } from "../../../../dav/title.ts";
import { parseCard, titleOfCard } from "../../../../dav/vcard/index.ts";
import {
  readCollections,
  readObjects,
  type ChangedCollection,
  type ChangedObject,
  type Cursor,
  type Scope,
} from "./changes.ts";
import { matchesInside } from "./matches.ts";
import { looksInside, type WebhookFilter } from "./wish.ts";

/** Objects that are told one by one; of the others only the number. */
const MOST_ITEMS = 50;

/** One object that changed, as it is told. */
export interface Item {
  readonly change: ChangedObject["change"];
  readonly href: string;
  readonly component: string;
  readonly title?: string;
  readonly start?: string;
  readonly end?: string;
  readonly timezone?: string;
  readonly location?: string;
}

/** What happened in one collection. */
export interface CollectionReport {
  readonly href: string;
  readonly title: string;
  readonly removed: boolean;
  /** Null when the collection is gone. */
  readonly syncToken: string | null;
  /** The objects, when the webhook is to tell of them. */
  readonly objects?: {
    readonly created: number;
    readonly modified: number;
    readonly deleted: number;
    readonly items: readonly Item[];
  };
}

/** What a webhook asks for. */
export interface Question {
  readonly scope: Scope;
  readonly filter: WebhookFilter;
  readonly content: boolean;
  /** Whether the receiver may know of changes after the cursor: it is then told of the end of what came since, too. */
  readonly tried: boolean;
}

/** What changed between two cursors and passes the filter. */
export async function reportChanges(
  db: Connection,
  question: Question,
  [since, until]: readonly [Cursor, Cursor],
  now: Date,
): Promise<CollectionReport[]> {
  const reports: CollectionReport[] = [];
  for (const collection of await readCollections(db, question.scope, since, until)) {
    const found = await findObjects(db, collection, question, now);
    const itself = collection.itself && question.filter.changes.includes("collection");
    if (found.total > 0 || itself) reports.push(reportOf(collection, found, question.content));
  }
  return reports;
}

interface Found {
  total: number;
  readonly counts: { created: number; modified: number; deleted: number };
  readonly items: Item[];
}

async function findObjects(
  db: Connection,
  collection: ChangedCollection,
  { scope, filter, content, tried }: Question,
  now: Date,
): Promise<Found> {
  const found: Found = { total: 0, counts: { created: 0, modified: 0, deleted: 0 }, items: [] };
  if (collection.id === null) return found;
  const inside = looksInside(filter);
  const query = {
    exceptBy: filter.others ? scope.readerId : null,
    components: filter.components ?? null,
    data: inside || content,
    passing: tried,
  };
  for await (const object of readObjects(db, collection, query)) {
    if (!filter.changes.includes(object.change)) continue;
    if (inside && !(object.data && matchesInside(object.data, object.component, filter, now)))
      continue;
    found.total += 1;
    found.counts[object.change] += 1;
    // Which collection changed is all that is told, and known by now.
    if (!content) break;
    if (found.items.length < MOST_ITEMS) found.items.push(itemOf(collection, object));
  }
  return found;
}

function reportOf(collection: ChangedCollection, found: Found, content: boolean): CollectionReport {
  const { id, uuid, seq } = collection;
  return {
    href: formatPath({ ...collection, kind: "collection", collection: collection.name }),
    title: titleOf(collection),
    removed: id === null,
    syncToken: id === null ? null : formatToken({ uuid, seq, mark: "" }),
    ...(content && { objects: { ...found.counts, items: found.items } }),
  };
}

function itemOf(
  collection: ChangedCollection,
  { name, change, component, data }: ChangedObject,
): Item {
  const path = {
    ...collection,
    kind: "object",
    collection: collection.name,
    object: name,
  } as const;
  return { change, href: formatPath(path), component, ...(data && describe(component, data)) };
}

/** What of an object is told; an object that cannot be read has no more than its name. */
function describe(component: string, data: Buffer): Partial<Item> {
  const { text } = decodeText(data);
  try {
    if (component === "VCARD") return { title: titleOfCard(parseCard(text)) };
    const { title, start, end, timezone, location } = digestOf(parseCalendar(text));
    return {
      title,
      ...(start !== null && { start }),
      ...(end !== null && { end }),
      ...(timezone !== null && { timezone }),
      ...(location !== null && { location }),
    };
  } catch {
    return {};
  }
}
