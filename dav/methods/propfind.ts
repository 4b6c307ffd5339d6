import { defaultFirst } from "../default-first.ts";
import { listDirectory } from "../directory.ts";
import { DavError, violated } from "../errors.ts";
import { hiddenCards } from "../hidden-cards.ts";
import { optionalXmlBody } from "../http/body.ts";
import { depthOf, type Depth } from "../http/headers.ts";
import { prefersMinimal, prefersNoRoot, withApplied } from "../http/prefer.ts";
import type { DavRequest } from "../http/request.ts";
import { longMultistatus, multistatus, type Responses } from "../multistatus.ts";
import { stillReadable } from "../object-responses.ts";
import { need, privilegesOn } from "../privileges.ts";
import { EVERYWHERE } from "../properties/property.ts";
import { propertyResponses } from "../property-responses.ts";
import { readPropertyRequest, type PropertyRequest } from "../propstat.ts";
import { listMembers, listPage } from "../read-objects.ts";
import { resolve } from "../resolve.ts";
import {
  collectionResource,
  fileResource,
  isCollection,
  isFileCollection,
  isHome,
  isInFiles,
  objectResource,
  type CollectionResource,
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
        const found = isRootless ? [] : [resource];
        const answer =
          isCollection(resource) && depth !== 0
            ? longMultistatus(await pageOf(tx, { resource, found, after: "" }, wanted, context))
            : multistatus(
                await propertyResponses(
                  tx,
                  [...found, ...(await below(tx, resource, depth, context))],
                  wanted,
                  context,
                ),
              );
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

/** Where the listing of a calendar or address book is. */
interface Listing {
  readonly resource: CollectionResource;
  /** What is told of before the members. */
  readonly found: readonly Resource[];
  /** The last member that was told of; empty at the beginning. */
  readonly after: string;
}

/** Some members of a collection; those that follow are read when the client took these. */
async function pageOf(
  tx: Transaction,
  { resource, found, after }: Listing,
  wanted: PropertyRequest,
  context: MethodContext,
): Promise<Responses> {
  const { collection } = resource;
  const { members: page, more: follow } = await listPage(tx, collection, after);
  const hidden = await hiddenCards(tx, collection, context);
  const shown = page
    .filter(({ name }) => !hidden.has(name))
    .map((object) => objectResource(collection, object));
  const last = page.at(-1)?.name;
  const more = async (next: Transaction) => {
    const now = collectionResource(await stillReadable(next, collection, context));
    return pageOf(next, { resource: now, found: [], after: last ?? "" }, wanted, context);
  };
  return {
    responses: await propertyResponses(tx, [...found, ...shown], wanted, context),
    more: follow && last !== undefined ? more : null,
  };
}

async function below(
  tx: Transaction,
  resource: Resource,
  depth: Depth,
  context: MethodContext,
): Promise<Resource[]> {
  if (depth === 0) return [];
  return depth === 1 ? members(tx, resource, context) : everythingBelow(tx, resource, context);
}

/** Most resources that an answer with Depth infinity lists. */
const MAX_DEEP = 5000;

/**
 * All that is below a resource and the user may see (RFC 4918 section 9.1).
 *
 * @throws DavError 403 propfind-finite-depth where that is too much, or the whole server
 */
async function everythingBelow(
  tx: Transaction,
  resource: Resource,
  context: MethodContext,
): Promise<Resource[]> {
  if (resource.kind === "root" || resource.kind === "principals" || resource.kind === "homes") {
    throw violated("propfind-finite-depth", "use Depth 0 or 1 here");
  }
  if (isFileCollection(resource)) {
    const all = { since: 0, limit: MAX_DEEP + 1, deep: true };
    const found = (await tx.files.changed(resource.file, all)).map(({ file }) => file);
    return limited(found.filter((file) => file !== null).map(fileResource));
  }
  const found = await members(tx, resource, context);
  if (!isHome(resource)) return found;
  const inside: Resource[] = [];
  for (const each of found) {
    inside.push(each, ...(await members(tx, each, context)));
    limited(inside);
  }
  return inside;
}

function limited(found: Resource[]): Resource[] {
  if (found.length <= MAX_DEEP) return found;
  throw violated("propfind-finite-depth", `more than ${MAX_DEEP} resources are below; use Depth 1`);
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
    const hidden = await hiddenCards(tx, collection, context);
    const found: Resource[] = [];
    for await (const page of listMembers(tx, collection)) {
      const seen = page.filter(({ name }) => !hidden.has(name));
      found.push(...seen.map((object) => objectResource(collection, object)));
    }
    return found;
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
