import { DavError, violated } from "../errors.ts";
import { depthOf } from "../http/headers.ts";
import type { MethodContext } from "../methods/method.ts";
import { multistatus, statusResponse } from "../multistatus.ts";
import { formatPath, parseHref } from "../paths.ts";
import { need, privilegesOn } from "../privileges.ts";
import { COLLECTIONS, HOMES } from "../properties/property.ts";
import { propertyResponses } from "../property-responses.ts";
import { propertyValue, readPropertyRequest } from "../propstat.ts";
import { listMembers } from "../read-objects.ts";
import { resolve } from "../resolve.ts";
import {
  collectionResource,
  homeResource,
  hrefOf,
  isCollection,
  isHome,
  objectResource,
  type Resource,
} from "../resource.ts";
import type { HomeKind, Transaction } from "../store.ts";
import { child, childrenOf, el, elements, isElement, text, type Element } from "../xml/element.ts";
import { dav, type QName } from "../xml/names.ts";
import type { Report } from "./report.ts";

const MAX_MATCHES = 5000;

/**
 * principal-match (RFC 3744 section 9.3): the principals below a collection that are the user, or the
 * resources below it with a property that names the user; so also for the user's groups.
 */
export const PRINCIPAL_MATCH: Report = {
  name: dav("principal-match"),
  on: new Set(["root", "principals", "homes", ...HOMES, ...COLLECTIONS] as const),
  prepare(root, request, context) {
    if (depthOf(request, 0) !== 0) throw new DavError(400, "this report needs Depth 0");
    const property = readProperty(root);
    const wanted = child(root, dav("prop")) ? readPropertyRequest(root, request) : null;
    return {
      mode: "snapshot",
      run: async (tx) => {
        const resource = await resolve(tx, request.path);
        if (resource === null) throw new DavError(404, "nothing is mapped to this URL");
        need("read", resource, context.user.id);
        const identities = await identitiesOf(tx, context);
        const candidates =
          property === null
            ? principalsBelow(resource, identities)
            : await below(tx, resource, identities, context);
        const matches = candidates.filter(
          (each) => property === null || names(each, property, identities, context),
        );
        if (matches.length > MAX_MATCHES) {
          const message = `more than ${MAX_MATCHES} resources match; ask below`;
          throw violated("number-of-matches-within-limits", message);
        }
        if (wanted !== null)
          return multistatus(await propertyResponses(tx, matches, wanted, context));
        return multistatus(matches.map((each) => statusResponse(hrefOf(each), 200)));
      },
    };
  },
};

/** The name of the property that must name the user; null for DAV:self. */
function readProperty(root: Element): QName | null {
  if (child(root, dav("self")) !== undefined) return null;
  const property = child(root, dav("principal-property"));
  const [named] = property ? elements(property) : [];
  if (named !== undefined) return named.name;
  throw new DavError(400, "principal-match needs self or principal-property");
}

/** The principals that the user is: the own one and the groups it belongs to. */
async function identitiesOf(tx: Transaction, { user }: MethodContext): Promise<Resource[]> {
  const own = await tx.findPrincipal(user.name);
  if (own === null) return [];
  const groups = own.groups.length === 0 ? [] : await tx.findPrincipals(own.groups);
  return [own, ...groups].map((principal) => ({ kind: "principal", principal }));
}

function principalsBelow(resource: Resource, identities: readonly Resource[]): readonly Resource[] {
  return resource.kind === "root" || resource.kind === "principals" ? identities : [];
}

/** What lies below a collection and can name the user in a property: what is the user's own. */
async function below(
  tx: Transaction,
  resource: Resource,
  identities: readonly Resource[],
  context: MethodContext,
): Promise<Resource[]> {
  if (isCollection(resource)) {
    const { collection } = resource;
    const members: Resource[] = [];
    for await (const page of listMembers(tx, collection)) {
      members.push(...page.map((object) => objectResource(collection, object)));
    }
    return members;
  }
  if (isHome(resource)) {
    const collections = (await tx.listCollections(resource.home)).map(collectionResource);
    const members: Resource[] = [];
    for (const each of collections) {
      if (!privilegesOn(each, context.user.id).has("read")) continue;
      members.push(each, ...(await below(tx, each, identities, context)));
    }
    return members;
  }
  const kinds = homeKindsBelow(resource);
  const found: Resource[] = [...principalsBelow(resource, identities)];
  for (const kind of kinds) {
    const home = await tx.findHome(kind, context.user.name);
    if (home === null) continue;
    found.push(homeResource(home), ...(await below(tx, homeResource(home), identities, context)));
  }
  return found;
}

/** The kinds of home that a container holds; files have no properties that name a principal but their owner. */
function homeKindsBelow(resource: Resource): HomeKind[] {
  if (resource.kind === "root") return ["calendars", "addressbooks"];
  return resource.kind === "homes" && resource.home !== "files" ? [resource.home] : [];
}

/** Whether a property of a resource has an href of one of the user's principals. */
function names(
  resource: Resource,
  property: QName,
  identities: readonly Resource[],
  context: MethodContext,
): boolean {
  const value = propertyValue(resource, el(property), context);
  if (value === null || typeof value === "string" || !isElement(value)) return false;
  const own = new Set(identities.map(hrefOf));
  return childrenOf(value, dav("href")).some((given) => {
    const path = parseHref(text(given), context.hosts);
    return path?.kind === "principal" && own.has(formatPath(path));
  });
}
