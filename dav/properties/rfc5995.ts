import { ADD_MEMBER } from "../add-member.ts";
import { hrefOf } from "../resource.ts";
import { href } from "../xml/element.ts";
import { dav } from "../xml/names.ts";
import { COLLECTIONS, property } from "./property.ts";

/**
 * add-member (RFC 5995 section 3.2). Shown only where the operator wants it: Apple's clients use it
 * wrongly and loop (davical ChangeLog, option post_add_member; Cyrus carddav_allowaddmember).
 */
export const RFC5995 = [
  property({
    name: dav("add-member"),
    on: COLLECTIONS,
    get: (resource, { addMember }) =>
      addMember ? [href(`${hrefOf(resource)}?${ADD_MEMBER}`)] : null,
  }),
];
