import { DavError } from "./errors.ts";
import {
  hrefOf,
  isCollection,
  isHome,
  isInFiles,
  isObject,
  ownerOf,
  type Resource,
  type ResourceKind,
} from "./resource.ts";
import type { HomeRow } from "./store.ts";
import { el, href, type Element } from "./xml/element.ts";
import { caldav, dav, type QName } from "./xml/names.ts";

/** Every privilege, by its local name (RFC 3744 section 3, RFC 4791 section 6.1). */
const PRIVILEGES = {
  all: dav("all"),
  read: dav("read"),
  "read-free-busy": caldav("read-free-busy"),
  write: dav("write"),
  "write-properties": dav("write-properties"),
  "write-content": dav("write-content"),
  bind: dav("bind"),
  unbind: dav("unbind"),
  unlock: dav("unlock"),
  "read-acl": dav("read-acl"),
  "read-current-user-privilege-set": dav("read-current-user-privilege-set"),
  "write-acl": dav("write-acl"),
} as const satisfies Record<string, QName>;

export type Privilege = keyof typeof PRIVILEGES;

/** A privilege and those that it includes (RFC 3744 section 5.3). */
export interface PrivilegeTree {
  readonly name: Privilege;
  readonly description: string;
  readonly contains: readonly PrivilegeTree[];
  /** Only where there are calendars. */
  readonly calendarsOnly?: true;
}

function leaf(name: Privilege, description: string): PrivilegeTree {
  return { name, description, contains: [] };
}

const TREE: PrivilegeTree = {
  name: "all",
  description: "Everything",
  contains: [
    {
      name: "read",
      description: "Read",
      contains: [
        { ...leaf("read-free-busy", "See when time is taken"), calendarsOnly: true },
        leaf("read-current-user-privilege-set", "See one's own privileges"),
      ],
    },
    {
      name: "write",
      description: "Write",
      contains: [
        leaf("write-properties", "Change properties"),
        leaf("write-content", "Change members"),
        leaf("bind", "Add members"),
        leaf("unbind", "Remove members"),
      ],
    },
    leaf("unlock", "Remove locks of others"),
    leaf("read-acl", "See who was granted what"),
    leaf("write-acl", "Grant to others"),
  ],
};

const WITH_CALENDARS: ReadonlySet<ResourceKind> = new Set([
  "calendar-home",
  "calendar",
  "calendar-object",
]);

function prune(tree: PrivilegeTree): PrivilegeTree {
  return { ...tree, contains: tree.contains.filter((each) => !each.calendarsOnly).map(prune) };
}

const PRUNED = prune(TREE);

/** The privileges that a kind of resource has, as a tree with `all` at its root. */
export function supportedOn(kind: ResourceKind): PrivilegeTree {
  return WITH_CALENDARS.has(kind) ? TREE : PRUNED;
}

function flatten(tree: PrivilegeTree): PrivilegeTree[] {
  return [tree, ...tree.contains.flatMap(flatten)];
}

/** What each privilege of a tree includes, itself first. */
function inclusions(tree: PrivilegeTree): ReadonlyMap<string, readonly Privilege[]> {
  return new Map(flatten(tree).map((each) => [each.name, flatten(each).map(({ name }) => name)]));
}

const INCLUDED = new Map([
  [TREE, inclusions(TREE)],
  [PRUNED, inclusions(PRUNED)],
]);

function including(tree: PrivilegeTree, granted: readonly string[]): ReadonlySet<Privilege> {
  return new Set(granted.flatMap((name) => INCLUDED.get(tree)?.get(name) ?? []));
}

const EVERY = new Map([...INCLUDED.keys()].map((tree) => [tree, including(tree, ["all"])]));
const READER = including(PRUNED, ["read"]);
const NOBODY: ReadonlySet<Privilege> = new Set();

/** What nobody may do with the members of a calendar that mirrors a feed. */
const OF_THE_FEED: ReadonlySet<Privilege> = new Set([
  "all",
  "write",
  "write-content",
  "bind",
  "unbind",
]);

/**
 * What a user may do with a resource: the owner everything; others see principals, containers, and homes in which
 * something was granted to them, have what was granted on a home on its collections too, and so on their members, and what was granted on
 * a collection of files on all below it. The members of a calendar that mirrors a feed are changed by the server only.
 */
export function privilegesOn(resource: Resource, userId: number): ReadonlySet<Privilege> {
  const privileges = grantedOn(resource, userId);
  const isFeed = (isCollection(resource) || isObject(resource)) && resource.collection.subscribed;
  return isFeed ? privileges.difference(OF_THE_FEED) : privileges;
}

function grantedOn(resource: Resource, userId: number): ReadonlySet<Privilege> {
  const tree = supportedOn(resource.kind);
  if (ownerOf(resource)?.id === userId) return EVERY.get(tree) ?? NOBODY;
  if (isInFiles(resource)) return including(tree, resource.file.granted ?? []);
  if (isHome(resource)) return including(tree, resource.home.granted ?? []).union(READER);
  if (!isCollection(resource) && !isObject(resource)) return READER;
  return including(tree, resource.collection.granted ?? []);
}

/** Whether a user may read all that is in a home, now and later: its counter counts nothing that is hidden from them. */
export function readsAllOf({ owner, granted }: HomeRow, userId: number): boolean {
  return owner.id === userId || including(PRUNED, granted ?? []).has("read");
}

/** The privilege of that local name or with that element, if this kind of resource has it. */
export function privilegeNamed(name: string, kind: ResourceKind): Privilege | null {
  const known = flatten(supportedOn(kind)).find(
    (each) => each.name === name || PRIVILEGES[each.name] === name,
  );
  return known?.name ?? null;
}

/**
 * Demands a privilege.
 *
 * @throws DavError 403 need-privileges (RFC 3744 section 7.1.1)
 */
export function need(privilege: Privilege, resource: Resource, userId: number): void {
  if (privilegesOn(resource, userId).has(privilege)) return;
  throw forbidden(privilege, hrefOf(resource));
}

/** The 403 for a missing privilege on an href. */
export function forbidden(privilege: Privilege, target: string): DavError {
  const missing = el(dav("resource"), [href(target), privilegeElement(privilege)]);
  return new DavError(403, `this needs the ${privilege} privilege`, {
    condition: "need-privileges",
    content: [missing],
  });
}

/** `<d:privilege>` around the privilege's element. */
export function privilegeElement(privilege: Privilege): Element {
  return el(dav("privilege"), [el(PRIVILEGES[privilege])]);
}
