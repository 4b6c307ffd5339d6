import { directoryCard } from "../directory.ts";
import { DavError, violated } from "../errors.ts";
import type { MethodContext } from "../methods/method.ts";
import { multistatus, statusResponse } from "../multistatus.ts";
import { objectsAnswer } from "../object-responses.ts";
import { formatPath, parseHref, type ObjectPath } from "../paths.ts";
import { need } from "../privileges.ts";
import { responder } from "../property-responses.ts";
import { columnsFor, readPropertyRequest } from "../propstat.ts";
import { PORTION } from "../read-objects.ts";
import { resolve } from "../resolve.ts";
import {
  hrefOf,
  isCollection,
  isObject,
  pathOf,
  type Resource,
  type ResourceKind,
} from "../resource.ts";
import type { CollectionKind, CollectionRow } from "../store.ts";
import { childrenOf, text, type Element } from "../xml/element.ts";
import { caldav, carddav, dav } from "../xml/names.ts";
import type { Report } from "./report.ts";

/** calendar-multiget (RFC 4791 section 7.9): on an object it finds nothing but that object. */
export const CALENDAR_MULTIGET = multiget("calendar", caldav("calendar-multiget"));
const CARD_MULTIGET = multiget("addressbook", carddav("addressbook-multiget"));
/** addressbook-multiget (RFC 6352 section 8.7), of address books, cards and the directory. */
export const ADDRESSBOOK_MULTIGET: Report = {
  ...CARD_MULTIGET,
  on: new Set<ResourceKind>([...CARD_MULTIGET.on, "directory"]),
  prepare(root, request, context) {
    const { kind } = request.path;
    if (kind === "directory") return directoryMultiget(root, request, context);
    return CARD_MULTIGET.prepare(root, request, context);
  },
};

const directoryMultiget: Report["prepare"] = (root, request, context) => {
  const wanted = readPropertyRequest(root, request);
  const paths = readHrefs(root, context).map((href) => ({
    href,
    path: parseHref(href, context.hosts),
  }));
  return {
    mode: "snapshot",
    run: async (tx) => {
      const names = paths.flatMap(({ path }) =>
        path?.kind === "directory-card" ? [path.account] : [],
      );
      const cards = (await tx.findPrincipals(names)).map(directoryCard);
      const respond = await responder(tx, cards, wanted, context);
      const byHref = new Map(cards.map((card) => [hrefOf(card), card]));
      const hrefs = new Set(
        paths.map(({ href, path }) => (path === null ? href : formatPath(path))),
      );
      return multistatus(
        hrefs.values().map((href) => {
          const card = byHref.get(href);
          return card === undefined ? statusResponse(href, 404) : respond(card);
        }),
      );
    },
  };
};

function multiget(kind: CollectionKind, name: string): Report {
  return {
    name,
    on: new Set<ResourceKind>([kind, `${kind}-object`]),
    prepare(root, request, context) {
      const wanted = readPropertyRequest(root, request);
      const hrefs = readHrefs(root, context);
      return {
        mode: "snapshot",
        run: async (tx) => {
          const resource = await resolve(tx, request.path);
          if (resource === null) throw new DavError(404, "nothing is mapped to this URL");
          need("read", resource, context.user.id);
          const collection = searchedCollection(resource, kind);
          const members = membersOf(collection, hrefs, context.hosts);
          const isAsked = (path: ObjectPath | null): path is ObjectPath =>
            path !== null && (!isObject(resource) || path.object === resource.object.name);
          const names = [...members.values()].filter(isAsked).map(({ object }) => object);
          const columns = { ...columnsFor(wanted), bytes: PORTION };
          const byName = new Map(
            (await tx.getObjects(collection, names, columns)).map((each) => [each.name, each]),
          );
          const objects = names.flatMap((each) => byName.get(each) ?? []);
          const others = members
            .entries()
            .filter(([, path]) => path === null || !byName.has(path.object))
            .map(([href]) => missing(href));
          const gone = (each: string) => missing(hrefIn(collection, each));
          const found = { collection, objects, stays: () => true, gone };
          return objectsAnswer(tx, found, wanted, context, { others });
        },
      };
    },
  };
}

const missing = (href: string) => statusResponse(href, 404);

/** @throws DavError supported-report on anything but a collection of the kind or a member of one */
function searchedCollection(resource: Resource, kind: CollectionKind): CollectionRow {
  const isAbout =
    (isCollection(resource) || isObject(resource)) && resource.collection.kind === kind;
  if (isAbout) return resource.collection;
  throw violated("supported-report", `this report works on a ${kind} and its members`);
}

function readHrefs(root: Element, { limits }: MethodContext): string[] {
  const hrefs = [...new Set(childrenOf(root, dav("href")).map((href) => text(href).trim()))];
  if (hrefs.length === 0) throw new DavError(400, "a multiget needs at least one href");
  if (hrefs.length > limits.maxMultiget) {
    throw violated(
      "number-of-matches-within-limits",
      `ask for at most ${limits.maxMultiget} hrefs at a time`,
    );
  }
  return hrefs;
}

/** What is asked for, by its href in this server's form, so that two forms of one are one (KDE drops a second). */
function membersOf(
  collection: CollectionRow,
  hrefs: readonly string[],
  hosts: readonly string[],
): ReadonlyMap<string, ObjectPath | null> {
  const paths = hrefs.map((href) => ({ href, path: memberOf(collection, href, hosts) }));
  return new Map(paths.map(({ href, path }) => [path === null ? href : formatPath(path), path]));
}

/** The member of the collection that an href names; anything else counts as not there. */
function memberOf(
  collection: CollectionRow,
  href: string,
  hosts: readonly string[],
): ObjectPath | null {
  const path = parseHref(href, hosts);
  if (path?.kind !== "object") return null;
  const parent = formatPath({ ...path, kind: "collection" });
  return parent === formatPath(pathOf({ kind: collection.kind, collection })) ? path : null;
}

function hrefIn({ home, name }: CollectionRow, object: string): string {
  const place = { home: home.kind, owner: home.owner.name, collection: name };
  return formatPath({ kind: "object", ...place, object });
}
