import { DavError } from "./errors.ts";
import { hrefOf, ownerOf, type Resource, type ResourceKind } from "./resource.ts";
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

const WITHOUT_CALENDARS: ReadonlySet<ResourceKind> = new Set([
  "addressbook-home",
  "addressbook",
  "addressbook-object",
]);

/** The privileges that a kind of resource has, as a tree with `all` at its root. */
export function supportedOn(kind: ResourceKind): PrivilegeTree {
  return WITHOUT_CALENDARS.has(kind) ? prune(TREE) : TREE;
}

function prune(tree: PrivilegeTree): PrivilegeTree {
  return { ...tree, contains: tree.contains.filter((each) => !each.calendarsOnly).map(prune) };
}

function flatten(tree: PrivilegeTree): PrivilegeTree[] {
  return [tree, ...tree.contains.flatMap(flatten)];
}

/** What each privilege includes, itself first. */
const INCLUDED: ReadonlyMap<string, readonly Privilege[]> = new Map(
  flatten(TREE).map((tree) => [tree.name, flatten(tree).map(({ name }) => name)]),
);

function including(...granted: readonly string[]): ReadonlySet<Privilege> {
  return new Set(granted.flatMap((name) => INCLUDED.get(name) ?? []));
}

const EVERY = including("all");
const READER: ReadonlySet<Privilege> = new Set(["read", "read-current-user-privilege-set"]);
const NOBODY: ReadonlySet<Privilege> = new Set();

/** What a user may do with a resource: the owner everything, others see principals and the containers. */
export function privilegesOn(resource: Resource, userId: number): ReadonlySet<Privilege> {
  const owner = ownerOf(resource);
  if (owner?.id === userId) return EVERY;
  return owner === null || resource.kind === "principal" ? READER : NOBODY;
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
