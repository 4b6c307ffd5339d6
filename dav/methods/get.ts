import { DavError } from "../errors.ts";
import { isNotModified } from "../http/preconditions.ts";
import { storedAnswer } from "../http/range.ts";
import type { DavRequest, DavResponse } from "../http/request.ts";
import { need } from "../privileges.ts";
import { EVERYWHERE } from "../properties/property.ts";
import { contentType } from "../quirks.ts";
import { resolve } from "../resolve.ts";
import {
  isCollection,
  isObject,
  type DirectoryCardResource,
  type ObjectResource,
  type Resource,
} from "../resource.ts";
import type { Transaction } from "../store.ts";
import { decodeText } from "../text.ts";
import { CALENDAR_VARY, calendarFile, calendarRendering } from "./calendar-get.ts";
import { addressbookFile, cardRendering } from "./card-get.ts";
import { collectionFile } from "./collection-file.ts";
import { fileAnswer } from "./files/get.ts";
import type { Method, MethodContext } from "./method.ts";

/**
 * GET: the stored bytes of an object or the rendering that the client asked for, a calendar or an address
 * book in one file; of other collections a line for people who open it in a browser.
 */
export const GET: Method = retrieval("GET");
/** HEAD: as GET, without the body. COMPAT(sabre/dav CorePlugin.php): collections answer it too. */
export const HEAD: Method = retrieval("HEAD");

function retrieval(name: "GET" | "HEAD"): Method {
  return {
    name,
    on: new Set(EVERYWHERE),
    bodiless: true,
    prepare(request, context) {
      return {
        mode: "statement",
        run: async (tx) => {
          const resource = await resolve(tx, request.path, { data: true });
          if (resource === null) throw new DavError(404, "nothing is mapped to this URL");
          need("read", resource, context.user.id);
          return retrieve(tx, request, resource, context);
        },
      };
    },
  };
}

/** The answer to GET of a resource, for whoever may read it. */
export async function retrieve(
  tx: Transaction,
  request: DavRequest,
  resource: Resource,
  context: MethodContext,
): Promise<DavResponse> {
  if (isObject(resource) || resource.kind === "directory-card") {
    return objectAnswer(request, resource, context);
  }
  if (resource.kind === "file" && resource.file.content !== null) {
    return fileAnswer(request, resource.file.content, resource.file);
  }
  if (!isCollection(resource)) return COLLECTION_ANSWER;
  const fileOf = resource.kind === "calendar" ? calendarFile : addressbookFile;
  const form = fileOf(request, resource.collection, context);
  if (form === null) return COLLECTION_ANSWER;
  return collectionFile(tx, request, resource.collection, form, context);
}

const COLLECTION_ANSWER: DavResponse = {
  status: 200,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: "This is a WebDAV collection. Open it with a calendar, contacts or files program.\n",
};

function objectAnswer(
  request: DavRequest,
  { kind, object }: ObjectResource | DirectoryCardResource,
  context: MethodContext,
): DavResponse {
  const headers = {
    etag: `"${object.etag}"`,
    ...(object.modifiedAt && { "last-modified": object.modifiedAt.toUTCString() }),
    "cache-control": "private, no-cache",
    vary: kind === "calendar-object" ? CALENDAR_VARY : "Accept",
  };
  if (isNotModified(request, object)) return { status: 304, headers };
  const rendered =
    kind === "calendar-object"
      ? calendarRendering(request, object, context)
      : cardRendering(request, object, context);
  if (rendered !== null) return { ...rendered, headers: { ...headers, ...rendered.headers } };
  const body = object.data ?? Buffer.alloc(0);
  const type = contentType(object.contentType, context.userAgent);
  const actual = type.replace("charset=utf-8", `charset=${decodeText(body).charset}`);
  return storedAnswer(request, { ...headers, "content-type": actual }, body, object);
}
