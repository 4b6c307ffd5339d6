import { DavError } from "../errors.ts";
import { depthOf } from "../http/headers.ts";
import type { DavRequest } from "../http/request.ts";
import { answer } from "../methods/method.ts";
import { multistatus, statusResponse, XML_CONTENT_TYPE } from "../multistatus.ts";
import { formatPath } from "../paths.ts";
import { propertyResponse, readPropertyRequest } from "../propstat.ts";
import type { PrincipalSearch } from "../store.ts";
import {
  attribute,
  child,
  childrenOf,
  document,
  el,
  elements,
  text,
  XML_LANG,
  type Element,
} from "../xml/element.ts";
import { caldav, cs, dav, type QName } from "../xml/names.ts";
import type { Report } from "./report.ts";

type Term = PrincipalSearch["terms"][number];

interface SearchProperty {
  readonly name: QName;
  readonly field: Term["field"];
  readonly description: string;
}

/** What principals can be searched by. Invitations need the addresses (sabre/dav 2.1.0, Baikal issue 780). */
const SEARCH_PROPERTIES: readonly SearchProperty[] = [
  { name: dav("displayname"), field: "name", description: "Full name" },
  {
    name: caldav("calendar-user-address-set"),
    field: "address",
    description: "Calendar user address",
  },
  { name: cs("email-address-set"), field: "email", description: "Email address" },
];

const ON = new Set(["root", "principals", "principal"] as const);
const MAX_RESULTS = 100;
const MAX_TERMS = 20;

/**
 * principal-property-search (RFC 3744 section 9.4). COMPAT(macOS): it asks one collection and means
 * all, so every principal is searched, with apply-to-principal-collection-set or without (Nextcloud
 * AppleQuirksPlugin.php). COMPAT(macOS, iOS): `test="anyof"` joins the terms by or (CalendarServer).
 * A search for nothing lists the principals, whom everybody here may see.
 */
export const PRINCIPAL_PROPERTY_SEARCH: Report = {
  name: dav("principal-property-search"),
  on: ON,
  prepare(root, request, context) {
    demandDepth0(request);
    const search = readSearch(root);
    const wanted = child(root, dav("prop"))
      ? readPropertyRequest(root, request)
      : { kind: "prop" as const, elements: [], minimal: false };
    return {
      mode: "statement",
      run: async (tx) => {
        const found = search === null ? [] : await tx.searchPrincipals(search);
        const responses = found
          .slice(0, MAX_RESULTS)
          .map((principal) => propertyResponse({ kind: "principal", principal }, wanted, context));
        if (found.length <= MAX_RESULTS) return multistatus(responses);
        const target = formatPath(request.path);
        const rest = statusResponse(target, 507, "number-of-matches-within-limits");
        return multistatus([...responses, rest]);
      },
    };
  },
};

/** principal-search-property-set (RFC 3744 section 9.5): what the search above can look at. */
export const PRINCIPAL_SEARCH_PROPERTY_SET: Report = {
  name: dav("principal-search-property-set"),
  on: ON,
  prepare(_root, request) {
    demandDepth0(request);
    const properties = SEARCH_PROPERTIES.map(({ name, description }) =>
      el(dav("principal-search-property"), [
        el(dav("prop"), [el(name)]),
        el(dav("description"), [description], { [XML_LANG]: "en" }),
      ]),
    );
    const body = document(el(dav("principal-search-property-set"), properties));
    return answer({ status: 200, headers: { "content-type": XML_CONTENT_TYPE }, body });
  },
};

/** The reports of RFC 3744 section 9 are defined for Depth 0, which is the default. */
function demandDepth0(request: DavRequest): void {
  if (depthOf(request, 0) !== 0) throw new DavError(400, "this report needs Depth 0");
}

/** What to search by; null when nothing can match, since a property is asked that cannot be searched. */
function readSearch(root: Element): PrincipalSearch | null {
  const all = attribute(root, "test")?.toLowerCase() !== "anyof";
  const wanted = childrenOf(root, dav("property-search")).flatMap(readTerms);
  if (wanted.length > MAX_TERMS) {
    throw new DavError(400, `a search has at most ${MAX_TERMS} properties`);
  }
  const terms = wanted.filter((term) => term !== null);
  const limit = MAX_RESULTS + 1;
  if (wanted.length === 0) return { terms, all: true, limit };
  if (terms.length === 0 || (all && terms.length < wanted.length)) return null;
  return { terms, all, limit };
}

/** A term for each property of a property-search; null where the property cannot be searched. */
function readTerms(search: Element): (Term | null)[] {
  const match = child(search, dav("match"));
  const prop = child(search, dav("prop"));
  if (match === undefined || prop === undefined) {
    throw new DavError(400, "property-search needs prop and match");
  }
  return elements(prop).map(({ name }) => {
    const known = SEARCH_PROPERTIES.find((property) => property.name === name);
    return known ? { field: known.field, match: text(match).trim() } : null;
  });
}
