import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { DavError, violated } from "../errors.ts";
import { objectsOfFile, type FileObject } from "../file-objects.ts";
import { charset, mediaType } from "../http/headers.ts";
import type { DavRequest, DavResponse } from "../http/request.ts";
import { checkLocks, type HeldLocks } from "../locks.ts";
import { multistatus, statusResponse } from "../multistatus.ts";
import { checkMedia, storedForm, type ValidObject } from "../objects.ts";
import { formatPath, type CollectionPath } from "../paths.ts";
import { need } from "../privileges.ts";
import { resolve } from "../resolve.ts";
import { isCollection, type CollectionResource } from "../resource.ts";
import { storeObjects, type RefusedObject, type StoredObject } from "../store-objects.ts";
import type { Transaction } from "../store.ts";
import type { Element } from "../xml/element.ts";
import { prepareIf } from "./conditions.ts";
import type { MethodContext, Work } from "./method.ts";
import { enter } from "./write.ts";

/** Objects in one file, which are all stored in one transaction. */
const MAX_OBJECTS = 5000;
const MAX_COMPONENTS = 25_000;
/** Rows of the time index that they may have together. */
const MAX_OCCURRENCES = 100_000;
/** Objects that are read before others get their turn. */
const SLICE = 20;

/**
 * POST of a file to a collection: each object in it is stored, or refused with the reason, as a PUT of it
 * alone would be; an object whose UID is there already is updated, with `If-None-Match: *` refused. Other than with PUT, one that is refused
 * does not keep the others out. The answer is a multistatus with a response for each.
 *
 * @throws DavError 413 for too much in one file, and with what the file as a whole violates
 */
export async function importFile(
  path: CollectionPath,
  request: DavRequest,
  context: MethodContext,
): Promise<Work> {
  const conditions = prepareIf(request);
  const objects = await readObjects(path, request, context);
  return {
    mode: "write",
    run: async (tx) => {
      const held = await enter(tx, [path], conditions, request, context);
      const resource = await resolve(tx, path);
      if (resource === null || !isCollection(resource)) {
        throw new DavError(404, "nothing is mapped to this URL");
      }
      return store(tx, held, { path, resource, objects }, request, context);
    },
  };
}

async function readObjects(
  path: CollectionPath,
  request: DavRequest,
  { limits, now }: MethodContext,
): Promise<FileObject[]> {
  const kind = path.home === "calendars" ? "calendar" : "addressbook";
  const { maxResourceSize } = limits;
  const type = mediaType(request);
  // The size of a file is limited as that of any request is; that of an object when it is known.
  checkMedia(kind, { type, charset: charset(request), size: 0, maxSize: maxResourceSize });
  const bytes = storedForm(type, request.body);
  if (componentsIn(bytes) > MAX_COMPONENTS) throw tooMany(`${MAX_COMPONENTS} components`);
  const objects: FileObject[] = [];
  let rows = 0;
  for (const object of objectsOfFile(kind, bytes, { ...limits, now })) {
    if (object.label === "" && "error" in object) throw object.error;
    if (objects.push(object) > MAX_OBJECTS) throw tooMany(`${MAX_OBJECTS} objects`);
    if ("valid" in object) rows += object.valid.occurrences.length;
    if (rows > MAX_OCCURRENCES) throw tooMany(`${MAX_OCCURRENCES} dates to be indexed`);
    if (objects.length % SLICE === 0) await setImmediate();
  }
  if (objects.length > 0) return objects;
  throw violated(kind === "calendar" ? "valid-calendar-data" : "valid-address-data", NOTHING);
}

function tooMany(most: string): DavError {
  return new DavError(413, `a file has at most ${most}; send it in parts`);
}

/** About how many components a text has, parts of time zones included, without reading it. */
function componentsIn(bytes: Buffer): number {
  return bytes.toString("latin1").match(/^BEGIN:/gim)?.length ?? 0;
}

const NOTHING = "there is nothing in the file";

interface Import {
  readonly path: CollectionPath;
  readonly resource: CollectionResource;
  readonly objects: readonly FileObject[];
}

async function store(
  tx: Transaction,
  held: HeldLocks,
  { path, resource, objects }: Import,
  request: DavRequest,
  { user }: MethodContext,
): Promise<DavResponse> {
  const onlyNew = request.headers["if-none-match"]?.trim() === "*";
  const check = ({ name, outcome }: StoredObject) => {
    const isNew = outcome === "created";
    if (!isNew && onlyNew) throw new DavError(412, "If-None-Match: there is one with this UID");
    need(isNew ? "bind" : "write-content", resource, user.id);
    checkLocks(held, { ...path, kind: "object", object: name }, { membership: isNew });
  };
  const valid = objects.flatMap((object): ValidObject[] =>
    "valid" in object ? [object.valid] : [],
  );
  const results = await storeObjects(tx, resource.collection, valid, check);
  const refused = objects.flatMap((object) => ("error" in object ? [refusal(object)] : []));
  const hrefOf = (name: string) => formatPath({ ...path, kind: "object", object: name });
  const responses = [...refused, ...results].map((result): [string, Element] => {
    const target = hrefOf(result.name);
    return [target, response(target, result)];
  });
  return multistatus(new Map(responses).values());
}

/** What cannot be read has no name, but each response must have an href of its own. */
function refusal({ label, error }: { label: string; error: DavError }): RefusedObject {
  const name = createHash("sha256").update(label).digest("hex").slice(0, 40);
  const message = `${label}: ${error.message}`;
  const { condition, status } = error;
  return {
    name,
    error: new DavError(status, message, condition === undefined ? {} : { condition }),
  };
}

function response(target: string, result: StoredObject | RefusedObject): Element {
  if ("error" in result) {
    const { status, condition, message } = result.error;
    return statusResponse(target, status, condition, message);
  }
  const status = result.outcome === "created" ? 201 : 200;
  return statusResponse(target, status, undefined, result.outcome);
}
