import { acesOf, withGrants } from "../acl.ts";
import { DavError } from "../errors.ts";
import { depthOf } from "../http/headers.ts";
import { multistatus } from "../multistatus.ts";
import { need } from "../privileges.ts";
import { EVERYWHERE } from "../properties/property.ts";
import { propertyResponse, readPropertyRequest } from "../propstat.ts";
import { resolve } from "../resolve.ts";
import { ownerOf, type Resource } from "../resource.ts";
import type { Report } from "./report.ts";
import { dav } from "../xml/names.ts";

/** acl-principal-prop-set (RFC 3744 section 9.2): properties of the principals in an access control list. */
export const ACL_PRINCIPAL_PROP_SET: Report = {
  name: dav("acl-principal-prop-set"),
  on: new Set(EVERYWHERE),
  prepare(root, request, context) {
    if (depthOf(request, 0) !== 0) throw new DavError(400, "this report needs Depth 0");
    const wanted = readPropertyRequest(root, request);
    return {
      mode: "snapshot",
      run: async (tx) => {
        const found = await resolve(tx, request.path);
        if (found === null) throw new DavError(404, "nothing is mapped to this URL");
        need("read-acl", found, context.user.id);
        const [resource = found] = await withGrants(tx, [found]);
        const principals = await tx.findPrincipals(principalNames(resource));
        return multistatus(
          principals.map((principal) =>
            propertyResponse({ kind: "principal", principal }, wanted, context),
          ),
        );
      },
    };
  },
};

/** The principals that the list names by href or by property; the others are not resources. */
function principalNames(resource: Resource): string[] {
  const owner = ownerOf(resource);
  return (acesOf(resource) ?? []).flatMap(({ principal }) => {
    if (principal === "owner") return owner === null ? [] : [owner.name];
    return principal === "authenticated" ? [] : [principal.name];
  });
}
