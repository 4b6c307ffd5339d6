import { defaultFirst } from "../default-first.ts";
import { listDirectory } from "../directory.ts";
import { DavError, violated } from "../errors.ts";
import { hiddenCards } from "../hidden-cards.ts";
import { optionalXmlBody } from "../http/body.ts";
import { depthOf, type Depth } from "../http/headers.ts";
import { prefersMinimal, prefersNoRoot, withApplied } from "../http/prefer.ts";
import type { DavRequest } from "../http/request.ts";
import { multistatus } from "../multistatus.ts";
import { need, privilegesOn } from "../privileges.ts";
import { EVERYWHERE } from "../properties/property.ts";
import { propertyResponses } from "../property-responses.ts";
import { readPropertyRequest, type PropertyRequest } from "../propstat.ts";
import { resolve } from "../resolve.ts";
import {
  collectionResource,
  fileResource,
  isCollection,
  isHome,
  isInFiles,
  isObject,
  objectResource,
  type Resource,
} from "../resource.ts";
import { hasQuirk } from "../quirks.ts";
import type { HomeRow, Transaction } from "../store.ts";
import { dav } from "../xml/names.ts";
import type { Method, MethodContext } from "./method.ts";

/** PROPFIND (RFC 4918 section 9.1). A request without body means allprop. */
export const PROPFIND: Method = {
  name: "PROPFIND",
  on: new Set(EVERYWHERE),
  prepare(request, context) {
    const depth = depthOf(request, "infinity");
    const wanted = readWanted(request);
    const isRootless = depth !== 0 && prefersNoRoot(request);
    return {
      mode: depth === 0 ? "statement" : "snapshot",
      run: async (tx) => {
        const resource = await resolve(tx, request.path);
        if (resource === null) throw new DavError(404, "nothing is mapped to this URL");
        need("read", resource, context.user.id);
        const inside = await below(tx, resource, depth, context);
        const found = isRootless ? inside : [resource, ...inside];
        const answer = multistatus(await propertyResponses(tx, found, wanted, context));
        if (!isRootless || request.headers["prefer"] === undefined) return answer;
        return { ...answer, headers: withApplied(answer.headers, "depth-noroot") };
      },
    };
  },
};

function readWanted(request: DavRequest): PropertyRequest {
  const root = optionalXmlBody(request, [dav("propfind")]);
  if (root !== null) return readPropertyRequest(root, request);
  return { kind: "allprop", elements: [], minimal: prefersMinimal(request) };
}

async function below(
  tx: Transaction,
  resource: Resource,
  depth: Depth,
  context: MethodContext,
): Promise<Resource[]> {
  if (depth === 0) return [];
  const isShallow =
    isCollection(resource) ||
    isObject(resource) ||
    resource.kind === "principal" ||
    resource.kind === "directory" ||
    resource.kind === "directory-card" ||
    resource.kind === "file";
  if (depth === "infinity" && !isShallow) {
    throw violated("propfind-finite-depth", "use Depth 0 or 1 here");
  }
  return members(tx, resource, context);
}

/** The members of a collection that the user may see. */
async function members(
  tx: Transaction,
  resource: Resource,
  context: MethodContext,
): Promise<Resource[]> {
  const { user, files, hosts } = context;
  if (isCollection(resource)) {
    const { collection } = resource;
    const objects = await tx.listObjects(collection, { data: false });
    const hidden = await hiddenCards(tx, collection, context);
    return objects
      .filter(({ name }) => !hidden.has(name))
      .map((object) => objectResource(collection, object));
  }
  if (isInFiles(resource)) {
    return resource.kind === "file" ? [] : (await tx.files.list(resource.file)).map(fileResource);
  }
  if (isHome(resource)) {
    const { home } = resource;
    const collections = defaultFirst(home, await tx.listCollections(home), hosts);
    const readable = collections
      .map(collectionResource)
      .filter((each) => privilegesOn(each, user.id).has("read"));
    return knowsOneBook(home, context) ? readable.slice(0, 1) : readable;
  }
  switch (resource.kind) {
    // COMPAT(vdirsyncer 0.19): it takes what lists an address book for the home, so the root does not list the
    // directory; directory-gateway names it.
    case "root":
      return [
        { kind: "principals" },
        { kind: "homes", home: "calendars" },
        { kind: "homes", home: "addressbooks" },
        ...(files ? [{ kind: "homes", home: "files" } as const] : []),
      ];
    case "directory":
      return (await listDirectory(tx)).cards;
    case "principals":
      return mapped(tx, { kind: "principal", owner: user.name });
    case "homes":
      return resource.home === "files"
        ? mapped(tx, { kind: "file", owner: user.name, names: [] })
        : mapped(tx, { kind: "home", home: resource.home, owner: user.name });
    default:
      return [];
  }
}

async function mapped(tx: Transaction, path: Parameters<typeof resolve>[1]): Promise<Resource[]> {
  const resource = await resolve(tx, path);
  return resource === null ? [] : [resource];
}

/** COMPAT(macOS): Contacts shows one address book, and mixes up any other (Q86). */
function knowsOneBook({ kind }: HomeRow, { oneAddressBook, userAgent }: MethodContext): boolean {
  return kind === "addressbooks" && oneAddressBook && hasQuirk("one-address-book", userAgent);
}
