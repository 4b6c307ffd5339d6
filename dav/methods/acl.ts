import { DavError, violated } from "../errors.ts";
import { xmlBody } from "../http/body.ts";
import type { DavRequest } from "../http/request.ts";
import { checkLocks } from "../locks.ts";
import {
  formatPath,
  parseHref,
  type CollectionPath,
  type FilePath,
  type HomePath,
} from "../paths.ts";
import { need, privilegeNamed, type Privilege } from "../privileges.ts";
import { COLLECTIONS, FILES, HOMES } from "../properties/property.ts";
import { resolve } from "../resolve.ts";
import { isCollection, isHome, isInFiles, ownerOf, type ResourceKind } from "../resource.ts";
import type { NewGrant, Transaction } from "../store.ts";
import { child, childrenOf, elements, href, text, type Element } from "../xml/element.ts";
import { dav } from "../xml/names.ts";
import type { Method, MethodContext } from "./method.ts";
import { prepareIf } from "./conditions.ts";
import { checkState } from "./state.ts";
import { enter } from "./write.ts";

const MAX_ACES = 100;

/** ACL (RFC 3744 section 8.1): replaces what is granted to others on a home, a collection in it or a file itself. */
export const ACL: Method = {
  name: "ACL",
  on: new Set([...HOMES, ...COLLECTIONS, ...FILES]),
  prepare(request, context) {
    const { path } = request;
    const conditions = prepareIf(request);
    if (path.kind !== "home" && path.kind !== "collection" && path.kind !== "file") {
      throw new DavError(405, "only homes, their collections and files take ACL");
    }
    const wanted = readGrants(request, kindAt(path), context);
    return {
      mode: "write",
      run: async (tx) => {
        const held = await enter(tx, [path], conditions, request, context);
        const resource = await resolve(tx, path);
        if (resource === null) throw new DavError(404, "nothing is mapped to this URL");
        need("write-acl", resource, context.user.id);
        checkLocks(held, path);
        checkState(request, resource);
        const grants = await recognize(tx, wanted);
        const owner = ownerOf(resource);
        const others = grants.filter(({ principalId }) => principalId !== owner?.id);
        if (isHome(resource)) await tx.changeHomeGrants(resource.home, others);
        if (isCollection(resource)) await tx.changeGrants(resource.collection, others);
        if (isInFiles(resource)) await tx.files.changeGrants(resource.file, others);
        return { status: 200, headers: { "content-length": "0" } };
      },
    };
  },
};

/** A kind of resource with the privileges that what is at a path can have. */
function kindAt(path: HomePath | CollectionPath | FilePath): ResourceKind {
  if (path.kind === "file") return "file";
  return path.home === "calendars" ? "calendar" : "addressbook";
}

/** The names of principals, each with what it is to be granted; null is everybody who is logged in. */
type WantedGrants = ReadonlyMap<string | null, ReadonlySet<Privilege>>;

function readGrants(request: DavRequest, kind: ResourceKind, context: MethodContext): WantedGrants {
  const aces = childrenOf(xmlBody(request, [dav("acl")]), dav("ace")).filter(isChangeable);
  if (aces.length > MAX_ACES) {
    throw violated("limited-number-of-aces", `at most ${MAX_ACES} elements can be set`);
  }
  const grants = new Map<string | null, ReadonlySet<Privilege>>();
  for (const ace of aces) {
    const { principal, privileges } = readAce(ace, kind, context);
    if (privileges.length === 0) continue;
    grants.set(principal, new Set([...(grants.get(principal) ?? []), ...privileges]));
  }
  return grants;
}

/** Clients send back the list that they read; protected and inherited elements in it stay as they are. */
function isChangeable(ace: Element): boolean {
  return !child(ace, dav("protected")) && !child(ace, dav("inherited"));
}

function readAce(
  ace: Element,
  kind: ResourceKind,
  context: MethodContext,
): { principal: string | null; privileges: Privilege[] } {
  if (child(ace, dav("invert"))) throw violated("no-invert", "an element cannot be inverted");
  if (child(ace, dav("deny"))) throw violated("grant-only", "an element can only grant");
  const principal = child(ace, dav("principal"));
  const grant = child(ace, dav("grant"));
  if (principal === undefined || grant === undefined) {
    throw new DavError(400, "ace needs principal and grant");
  }
  return {
    principal: readPrincipal(principal, context),
    privileges: childrenOf(grant, dav("privilege")).map((each) => readPrivilege(each, kind)),
  };
}

function readPrincipal(principal: Element, { hosts }: MethodContext): string | null {
  if (child(principal, dav("authenticated")) !== undefined) return null;
  const given = child(principal, dav("href"));
  if (given === undefined) {
    throw violated(
      "allowed-principal",
      "privileges are granted to principals by their href, or to all authenticated",
    );
  }
  const path = parseHref(text(given), hosts);
  if (path?.kind === "principal") return path.owner;
  throw violated("recognized-principal", `${text(given).trim()} is no principal of this server`);
}

function readPrivilege(privilege: Element, kind: ResourceKind): Privilege {
  const [named, ...others] = elements(privilege);
  if (named === undefined || others.length > 0) {
    throw new DavError(400, "privilege needs exactly one element");
  }
  const known = privilegeNamed(named.name, kind);
  if (known !== null) return known;
  throw violated("not-supported-privilege", `there is no privilege ${named.name} here`);
}

/** @throws DavError recognized-principal when one of them is not there */
async function recognize(tx: Transaction, wanted: WantedGrants): Promise<NewGrant[]> {
  const found = await tx.findPrincipals([...wanted.keys()].filter((name) => name !== null));
  const ids = new Map(found.map(({ name, id }) => [name, id]));
  return [...wanted].map(([name, privileges]) => {
    if (name === null) return { principalId: null, privileges: [...privileges] };
    const principalId = ids.get(name);
    if (principalId !== undefined) return { principalId, privileges: [...privileges] };
    const target = formatPath({ kind: "principal", owner: name });
    throw violated("recognized-principal", `there is no principal ${name}`, [href(target)]);
  });
}
