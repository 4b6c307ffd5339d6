import { DavError } from "./errors.ts";
import type { DavResponse } from "./http/request.ts";
import type { MethodContext } from "./methods/method.ts";
import { longMultistatus, type Responses } from "./multistatus.ts";
import { need } from "./privileges.ts";
import { responder } from "./property-responses.ts";
import { mayBeRefused, needsData, type PropertyRequest } from "./propstat.ts";
import { PAGE, PORTION } from "./read-objects.ts";
import { collectionResource, objectResource } from "./resource.ts";
import type { CollectionRow, ObjectRow, Transaction } from "./store.ts";
import type { Element, Node } from "./xml/element.ts";

/** Objects of which an answer tells. */
export interface FoundObjects {
  readonly collection: CollectionRow;
  /** Where their bytes are wanted, those without are read when the answer got so far. */
  readonly objects: readonly ObjectRow[];
  /** Whether an object that changed since it was found, and was read again with its bytes, is still one of them. */
  readonly stays: (object: ObjectRow) => boolean;
  /** What is told of an object that went since it was found; null for nothing. */
  readonly gone: (name: string) => Element | null;
}

/**
 * The multistatus about objects. Of those whose bytes are wanted it holds about a megabyte at a time: the rest is read,
 * each part in a snapshot of its own, when the client took what came before. What changed meanwhile is told of as it is
 * then, bytes and ETag of one moment; the user must still be allowed to read it.
 *
 * @param others responses that come first
 * @param last what comes after the responses
 * @throws DavError what a property has against being made
 */
export async function objectsAnswer(
  tx: Transaction,
  found: FoundObjects,
  wanted: PropertyRequest,
  context: MethodContext,
  { others = [], last = [] }: { others?: Iterable<Element>; last?: readonly Node[] } = {},
): Promise<DavResponse> {
  const { responses, more } = await toResponses(tx, found, wanted, context);
  const answer = longMultistatus({ responses: joined(others, responses), more }, last);
  return mayBeRefused(wanted) ? wholly(tx, answer) : answer;
}

function* joined(...parts: readonly Iterable<Element>[]): Iterable<Element> {
  for (const part of parts) yield* part;
}

async function toResponses(
  tx: Transaction,
  found: FoundObjects,
  wanted: PropertyRequest,
  context: MethodContext,
): Promise<Responses> {
  const { collection, objects } = found;
  const isReady = needsData(wanted) ? ({ data }: ObjectRow) => data !== undefined : () => true;
  const ready = objects.filter(isReady).map((object) => objectResource(collection, object));
  const later = objects.filter((object) => !isReady(object));
  const respond = await responder(tx, ready, wanted, context);
  const more = (next: Transaction) => readOn(next, { ...found, objects: later }, wanted, context);
  return { responses: ready.values().map(respond), more: later.length > 0 ? more : null };
}

/** Reads the first of the objects. */
async function readOn(
  tx: Transaction,
  found: FoundObjects,
  wanted: PropertyRequest,
  context: MethodContext,
): Promise<Responses> {
  const collection = await stillReadable(tx, found.collection, context);
  const page = found.objects.slice(0, PAGE);
  const names = page.map(({ name }) => name);
  const read = await tx.getObjects(collection, names, { data: true, bytes: PORTION });
  const byName = new Map(read.map((object) => [object.name, object]));
  const gone = names.filter((name) => !byName.has(name)).map(found.gone);
  const present = page.flatMap((before) => {
    const now = byName.get(before.name);
    if (now === undefined) return [];
    if (now.data === undefined) return [before];
    return now.etag === before.etag || found.stays(now) ? [now] : [];
  });
  const objects = [...present, ...found.objects.slice(PAGE)];
  const { responses, more } = await toResponses(
    tx,
    { ...found, collection, objects },
    wanted,
    context,
  );
  return {
    responses: joined(
      gone.filter((each) => each !== null),
      responses,
    ),
    more,
  };
}

/**
 * The collection as it is now.
 *
 * @throws DavError when it went or moved, or the user may not read it any more
 */
export async function stillReadable(
  tx: Transaction,
  { home, name, id }: CollectionRow,
  { user }: MethodContext,
): Promise<CollectionRow> {
  const collection = await tx.findCollection(home.kind, home.owner.name, name);
  if (collection?.id !== id) throw new DavError(404, "the collection went while it was read");
  need("read", collectionResource(collection), user.id);
  return collection;
}

/** An answer with all that follows it: once a part is sent nothing can be refused. */
async function wholly(tx: Transaction, answer: DavResponse): Promise<DavResponse> {
  const { body = Buffer.alloc(0), rest = null, ...head } = answer;
  const parts = [typeof body === "string" ? Buffer.from(body) : body];
  for (let read = rest; read !== null;) {
    const part = await read(tx);
    parts.push(part.body);
    read = part.rest;
  }
  return { ...head, body: Buffer.concat(parts) };
}
