import { DavError, violated } from "../errors.ts";
import {
  CARD_COLLATIONS,
  type CardCollation,
  type CardFilter,
  type CardParameterFilter,
  type CardPropertyFilter,
  type CardTextMatch,
} from "../vcard/index.ts";
import { attribute, child, childrenOf, text, type Element } from "../xml/element.ts";
import { carddav } from "../xml/names.ts";

const MATCH_TYPES = ["contains", "equals", "starts-with", "ends-with"] as const;

/**
 * Reads CARDDAV:filter (RFC 6352 section 10.5).
 *
 * @throws DavError supported-filter, supported-collation, or 400
 */
export function readAddressbookFilter(filter: Element): CardFilter {
  return {
    test: readTest(filter),
    properties: childrenOf(filter, carddav("prop-filter")).map(readProperty),
  };
}

function readTest(element: Element): "anyof" | "allof" {
  const test = attribute(element, "test") ?? "anyof";
  if (test === "anyof" || test === "allof") return test;
  throw new DavError(400, "test must be anyof or allof");
}

function readProperty(element: Element): CardPropertyFilter {
  return {
    name: nameOf(element),
    test: readTest(element),
    isNotDefined: child(element, carddav("is-not-defined")) !== undefined,
    textMatches: childrenOf(element, carddav("text-match")).map(readTextMatch),
    parameters: childrenOf(element, carddav("param-filter")).map(readParameter),
  };
}

function readParameter(element: Element): CardParameterFilter {
  const match = child(element, carddav("text-match"));
  return {
    name: nameOf(element),
    isNotDefined: child(element, carddav("is-not-defined")) !== undefined,
    textMatch: match ? readTextMatch(match) : null,
  };
}

function readTextMatch(element: Element): CardTextMatch {
  const given = attribute(element, "match-type") ?? "contains";
  const matchType = MATCH_TYPES.find((known) => known === given);
  if (matchType === undefined) {
    throw violated("addressbook-supported-filter", `the match type ${given} is not supported`);
  }
  return {
    text: text(element),
    matchType,
    collation: readCollation(attribute(element, "collation")),
    negate: attribute(element, "negate-condition") === "yes",
  };
}

/** CardDAV's default collation is i;unicode-casemap (RFC 6352 section 10.5.4). */
function readCollation(name: string | undefined): CardCollation {
  if (name === undefined || name === "default") return "i;unicode-casemap";
  const known = CARD_COLLATIONS.find((collation) => collation === name.toLowerCase());
  if (known !== undefined) return known;
  throw violated("addressbook-supported-collation", `the collation ${name} is not supported`);
}

function nameOf(element: Element): string {
  const name = attribute(element, "name");
  if (name === undefined || name === "") throw new DavError(400, "a filter needs a name");
  return name.toUpperCase();
}
