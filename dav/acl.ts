import { formatPath } from "./paths.ts";
import { privilegeElement, privilegeNamed, type Privilege } from "./privileges.ts";
import {
  collectionResource,
  fileResource,
  homeResource,
  hrefOf,
  isCollection,
  isHome,
  isInFiles,
  isObject,
  ownerOf,
  type FileResource,
  type HomeResource,
  type Resource,
  type ResourceKind,
} from "./resource.ts";
import type { CollectionRow, Grant, Transaction } from "./store.ts";
import { el, href, type Element } from "./xml/element.ts";
import { dav } from "./xml/names.ts";

/** An access control element (RFC 3744 section 5.5). All grant; none denies or inverts. */
export interface Ace {
  /** A principal by name, the one in the owner property, or everybody who is logged in. */
  readonly principal: { readonly name: string } | "owner" | "authenticated";
  readonly privileges: readonly Privilege[];
  /** Clients cannot change it. */
  readonly isProtected: boolean;
  /** The href of the resource that it comes from; null for the resource itself. */
  readonly inheritedFrom: string | null;
}

const OWNER: Ace = {
  principal: "owner",
  privileges: ["all"],
  isProtected: true,
  inheritedFrom: null,
};

const EVERYBODY: Ace = {
  principal: "authenticated",
  privileges: ["read"],
  isProtected: true,
  inheritedFrom: null,
};

/**
 * The access control list of a resource.
 *
 * @returns null for what lies in a home, or is one, when its grants were not read
 */
export function acesOf(resource: Resource): readonly Ace[] | null {
  if (isCollection(resource) || isObject(resource)) return acesInCollection(resource);
  if (isInFiles(resource)) return acesOnFile(resource);
  if (isHome(resource)) return acesOnHome(resource);
  return ownerOf(resource) === null ? [EVERYBODY] : [OWNER, EVERYBODY];
}

function acesOnHome({ kind, home }: HomeResource): readonly Ace[] | null {
  if (home.grants === undefined) return null;
  return [OWNER, ...home.grants.map((grant) => aceOf(grant, kind, null))];
}

function acesInCollection(
  resource: Resource & { readonly collection: CollectionRow },
): readonly Ace[] | null {
  const { kind, collection } = resource;
  if (collection.grants === undefined) return null;
  const own = isObject(resource) ? hrefOf(collectionResource(collection)) : null;
  const above = hrefOf(homeResource(collection.home));
  return [
    OWNER,
    ...collection.grants.map((grant) => aceOf(grant, kind, grant.inherited ? above : own)),
  ];
}

function acesOnFile({ kind, file }: FileResource): readonly Ace[] | null {
  const from = (above: number) => {
    const names = file.names.slice(0, file.names.length - above);
    return above === 0 ? null : hrefOf(fileResource({ ...file, names, content: null }));
  };
  const grants = file.grants?.map((grant) => aceOf(grant, kind, from(grant.above)));
  return grants === undefined ? null : [OWNER, ...grants];
}

function aceOf(
  { principal, privileges }: Pick<Grant, "principal" | "privileges">,
  kind: ResourceKind,
  inheritedFrom: string | null,
): Ace {
  return {
    principal: principal === null ? "authenticated" : { name: principal },
    privileges: privileges.map((name) => privilegeNamed(name, kind)).filter((p) => p !== null),
    isProtected: false,
    inheritedFrom,
  };
}

/** The DAV:ace element. */
export function aceElement({ principal, privileges, isProtected, inheritedFrom }: Ace): Element {
  return el(dav("ace"), [
    el(dav("principal"), [principalElement(principal)]),
    el(dav("grant"), privileges.map(privilegeElement)),
    ...(isProtected ? [el(dav("protected"))] : []),
    ...(inheritedFrom === null ? [] : [el(dav("inherited"), [href(inheritedFrom)])]),
  ]);
}

function principalElement(principal: Ace["principal"]): Element {
  if (principal === "owner") return el(dav("property"), [el(dav("owner"))]);
  if (principal === "authenticated") return el(dav("authenticated"));
  return href(formatPath({ kind: "principal", owner: principal.name }));
}

/** The resources, with what was granted on them: on collections and their members in one statement, on files in another. */
export async function withGrants(
  tx: Transaction,
  resources: readonly Resource[],
): Promise<Resource[]> {
  const collections = resources.flatMap((each) => ("collection" in each ? [each.collection] : []));
  const distinct = new Map(collections.map((collection) => [collection.id, collection]));
  const grants = distinct.size === 0 ? null : await tx.listGrants([...distinct.values()]);
  const files = resources.flatMap((each) => ("file" in each ? [each.file] : []));
  const ofFiles = files.length === 0 ? null : await tx.files.listGrants(files);
  const known: Resource[] = [];
  for (const each of resources) {
    if ("file" in each) {
      known.push({ ...each, file: { ...each.file, grants: ofFiles?.get(each.file.id) ?? [] } });
    } else if ("collection" in each) {
      const collection = { ...each.collection, grants: grants?.get(each.collection.id) ?? [] };
      known.push({ ...each, collection });
    } else if (isHome(each)) {
      known.push({ ...each, home: { ...each.home, grants: await tx.listHomeGrants(each.home) } });
    } else known.push(each);
  }
  return known;
}
