import { aceElement, acesOf } from "../acl.ts";
import { formatPath } from "../paths.ts";
import { privilegeElement, privilegesOn, supportedOn, type PrivilegeTree } from "../privileges.ts";
import { collectionResource, hrefOf, isObject, ownerOf } from "../resource.ts";
import { el, href, XML_LANG, type Element } from "../xml/element.ts";
import { cs, dav } from "../xml/names.ts";
import { EVERYWHERE, property } from "./property.ts";

function principalHref(name: string): Element {
  return href(formatPath({ kind: "principal", owner: name }));
}

/** A tree of privileges; none is abstract, so each can be granted (RFC 3744 section 5.3). */
function supportedPrivilege({ name, description, contains }: PrivilegeTree): Element {
  return el(dav("supported-privilege"), [
    privilegeElement(name),
    el(dav("description"), [description], { [XML_LANG]: "en" }),
    ...contains.map(supportedPrivilege),
  ]);
}

/** The properties of RFC 3744 sections 4 and 5, of RFC 5397, and Apple's email-address-set. */
export const RFC3744 = [
  property({
    name: dav("current-user-principal"),
    on: EVERYWHERE,
    get: (_resource, { user }) => [principalHref(user.name)],
  }),
  property({
    name: dav("principal-URL"),
    on: ["principal"],
    get: (resource) => [href(hrefOf(resource))],
  }),
  property({
    name: dav("owner"),
    on: EVERYWHERE,
    get: (resource) => {
      const owner = ownerOf(resource);
      return owner && [principalHref(owner.name)];
    },
  }),
  property({
    name: dav("current-user-privilege-set"),
    on: EVERYWHERE,
    get: (resource, { user }) => [...privilegesOn(resource, user.id)].map(privilegeElement),
  }),
  property({
    name: dav("principal-collection-set"),
    on: EVERYWHERE,
    get: () => [href(formatPath({ kind: "principals" }))],
  }),
  property({
    // Empty: no resource has a group besides its owner (section 5.2).
    name: dav("group"),
    on: EVERYWHERE,
    get: () => [],
  }),
  property({
    name: dav("alternate-URI-set"),
    on: ["principal"],
    get: () => [],
  }),
  property({
    name: dav("group-member-set"),
    on: ["principal"],
    get: ({ principal }) => principal.members.map(principalHref),
  }),
  property({
    name: dav("group-membership"),
    on: ["principal"],
    get: ({ principal }) => principal.groups.map(principalHref),
  }),
  property({
    name: dav("supported-privilege-set"),
    on: EVERYWHERE,
    get: (resource) => [supportedPrivilege(supportedOn(resource.kind))],
  }),
  property({
    name: dav("acl"),
    on: EVERYWHERE,
    needs: "grants",
    privilege: "read-acl",
    get: (resource) => acesOf(resource)?.map(aceElement) ?? null,
  }),
  property({
    name: dav("acl-restrictions"),
    on: EVERYWHERE,
    get: () => [el(dav("grant-only")), el(dav("no-invert"))],
  }),
  property({
    name: dav("inherited-acl-set"),
    on: EVERYWHERE,
    get: (resource) =>
      isObject(resource) ? [href(hrefOf(collectionResource(resource.collection)))] : [],
  }),
  property({
    name: cs("email-address-set"),
    on: ["principal"],
    get: ({ principal }) =>
      principal.addresses
        .filter((address) => /^mailto:/i.test(address))
        .map((address) => el(cs("email-address"), [decodeURIComponent(address.slice(7))])),
  }),
];
