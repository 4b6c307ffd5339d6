import { DAV_ROOT, formatPath } from "../paths.ts";
import { privilegeElement, privilegesOn } from "../privileges.ts";
import { hrefOf, ownerOf } from "../resource.ts";
import { href } from "../xml/element.ts";
import { dav } from "../xml/names.ts";
import { EVERYWHERE, property } from "./property.ts";

/** The properties of RFC 3744 sections 4 and 5 that clients ask for, and RFC 5397. */
export const RFC3744 = [
  property({
    name: dav("current-user-principal"),
    on: EVERYWHERE,
    get: (_resource, { user }) => [href(formatPath({ kind: "principal", owner: user.name }))],
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
      return owner && [href(formatPath({ kind: "principal", owner: owner.name }))];
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
    get: () => [href(`${DAV_ROOT}principals/`)],
  }),
];
