import { withGrants } from "../acl.ts";
import { DavError } from "../errors.ts";
import { prefersMinimal } from "../http/prefer.ts";
import type { MethodContext } from "../methods/method.ts";
import { multistatus, propstatResponse, statusResponse } from "../multistatus.ts";
import { formatPath, parseHref } from "../paths.ts";
import { need, privilegesOn } from "../privileges.ts";
import { EVERYWHERE } from "../properties/property.ts";
import { groupedPropstats, isHidden, needsGrants, propertyValue } from "../propstat.ts";
import { informedContext } from "../property-responses.ts";
import { resolve } from "../resolve.ts";
import { hrefOf, type Resource } from "../resource.ts";
import type { Transaction } from "../store.ts";
import {
  attribute,
  childrenOf,
  el,
  isElement,
  text,
  type Element,
  type Node,
} from "../xml/element.ts";
import { dav, isLocalName, type QName } from "../xml/names.ts";
import { parseXml } from "../xml/parse.ts";
import type { Report } from "./report.ts";

/** Most hrefs that one request expands; any further one stays an href. */
const MAX_EXPANSIONS = 500;

interface WantedProperty {
  readonly name: QName;
  /** What is wanted of the resources that the property's hrefs name. */
  readonly nested: readonly WantedProperty[];
}

/** expand-property (RFC 3253 section 3.8): properties, with those of the resources they refer to. */
export const EXPAND_PROPERTY: Report = {
  name: dav("expand-property"),
  on: new Set(EVERYWHERE),
  prepare(root, request, context) {
    const wanted = readProperties(root);
    const minimal = prefersMinimal(request);
    return {
      mode: "snapshot",
      run: async (tx) => {
        const resource = await resolve(tx, request.path);
        if (resource === null) throw new DavError(404, "nothing is mapped to this URL");
        need("read", resource, context.user.id);
        if (wanted.length === 0) return multistatus([]);
        return multistatus([await new Expansion(tx, context, minimal).response(resource, wanted)]);
      },
    };
  },
};

/** DAV:property elements; those without a name that can be one are passed over, so that no body is an error. */
function readProperties(parent: Element): WantedProperty[] {
  return childrenOf(parent, dav("property")).flatMap((property) => {
    const local = attribute(property, "name") ?? "";
    if (!isLocalName(local)) return [];
    const namespace = attribute(property, "namespace") ?? "DAV:";
    return [{ name: `{${namespace}}${local}`, nested: readProperties(property) }];
  });
}

class Expansion {
  readonly #tx: Transaction;
  readonly #context: MethodContext;
  readonly #found = new Map<string, Resource | null>();
  readonly #minimal: boolean;
  #count = 0;

  constructor(tx: Transaction, context: MethodContext, minimal: boolean) {
    this.#tx = tx;
    this.#context = context;
    this.#minimal = minimal;
  }

  async response(subject: Resource, wanted: readonly WantedProperty[]): Promise<Element> {
    const elements = wanted.map(({ name }) => el(name));
    const asked = { kind: "prop", elements, minimal: this.#minimal } as const;
    const [resource = subject] = needsGrants(asked)
      ? await withGrants(this.#tx, [subject])
      : [subject];
    const context = await informedContext(this.#tx, [subject], asked, this.#context);
    const found: Node[] = [];
    const missing: Node[] = [];
    const hidden: Node[] = [];
    for (const { name, nested } of wanted) {
      const value = propertyValue(resource, el(name), context);
      if (isHidden(resource, name, context)) hidden.push(el(name));
      else if (value === null) missing.push(el(name));
      else found.push(nested.length === 0 ? value : await this.#expanded(value, nested));
    }
    return propstatResponse(
      hrefOf(resource),
      groupedPropstats({ found, missing: this.#minimal ? [] : missing, hidden }),
    );
  }

  /** A value in which responses stand in the place of hrefs. */
  async #expanded(value: Node, wanted: readonly WantedProperty[]): Promise<Node> {
    if (typeof value === "string") return value;
    const element = isElement(value) ? value : parseXml(Buffer.from(value.raw));
    if (element.name === dav("href")) return this.#referred(element, wanted);
    const children: Node[] = [];
    for (const inner of element.children) children.push(await this.#expanded(inner, wanted));
    return { ...element, children };
  }

  async #referred(reference: Element, wanted: readonly WantedProperty[]): Promise<Element> {
    const target = text(reference).trim();
    const path = parseHref(target, this.#context.hosts);
    if (path === null || ++this.#count > MAX_EXPANSIONS) return reference;
    const key = formatPath(path);
    const known = this.#found.get(key);
    const resource = known === undefined ? await resolve(this.#tx, path) : known;
    this.#found.set(key, resource);
    const isShown = resource !== null && privilegesOn(resource, this.#context.user.id).has("read");
    // The same words for both, since the answer must not tell what others have.
    if (!isShown) return statusResponse(key, 404);
    return this.response(resource, wanted);
  }
}
