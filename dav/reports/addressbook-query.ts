import { matches, searchCards, type CardQuery } from "../card-search.ts";
import { listDirectory } from "../directory.ts";
import { DavError, violated } from "../errors.ts";
import { depthOf } from "../http/headers.ts";
import type { DavRequest, DavResponse } from "../http/request.ts";
import { multistatus, statusResponse } from "../multistatus.ts";
import { objectsAnswer } from "../object-responses.ts";
import { need } from "../privileges.ts";
import { propertyResponses } from "../property-responses.ts";
import { columnsFor, readPropertyRequest, type PropertyRequest } from "../propstat.ts";
import { resolve } from "../resolve.ts";
import { hiddenCards } from "../hidden-cards.ts";
import type { MethodContext } from "../methods/method.ts";
import { hrefOf, type Resource } from "../resource.ts";
import type { CollectionRow, ObjectRow, Transaction } from "../store.ts";
import { child, text, type Element } from "../xml/element.ts";
import { carddav } from "../xml/names.ts";
import { readAddressbookFilter } from "./addressbook-filter.ts";
import type { Report } from "./report.ts";

interface AddressbookQuery extends CardQuery {
  readonly wanted: PropertyRequest;
}

/**
 * addressbook-query (RFC 6352 section 8.6), of the members of an address book, of one card, or of the cards of the
 * directory. Depth 0, which is the default, means the resource itself, and an address book never matches.
 */
export const ADDRESSBOOK_QUERY: Report = {
  name: carddav("addressbook-query"),
  on: new Set(["addressbook", "addressbook-object", "directory"]),
  prepare(root, request, context) {
    const query = readQuery(root, request);
    const withMembers = depthOf(request, 0) !== 0;
    return {
      mode: "snapshot",
      run: async (tx) => {
        const resource = await resolve(tx, request.path, { data: true });
        if (resource === null) throw new DavError(404, "nothing is mapped to this URL");
        need("read", resource, context.user.id);
        const sought = { ...query, withMembers };
        if (resource.kind === "directory") return searchDirectory(tx, sought, context);
        const { collection, objects, more } = await search(tx, resource, sought, context);
        const shown = objects.slice(0, query.limit);
        const last = more || objects.length > shown.length ? [truncation(resource)] : [];
        const stays = (object: ObjectRow) => matches(object, query.filter);
        const found = { collection, objects: shown, stays, gone: () => null };
        return objectsAnswer(tx, found, query.wanted, context, { last });
      },
    };
  },
};

const truncation = (resource: Resource) =>
  statusResponse(hrefOf(resource), 507, "number-of-matches-within-limits");

interface Search extends AddressbookQuery {
  readonly withMembers: boolean;
}

/**
 * What matches, at least one more than the limit where there is more, and whether not all was looked at.
 *
 * @throws DavError supported-report
 */
async function search(
  tx: Transaction,
  resource: Resource,
  query: Search,
  context: MethodContext,
): Promise<{ collection: CollectionRow; objects: readonly ObjectRow[]; more: boolean }> {
  switch (resource.kind) {
    case "addressbook-object": {
      const { collection, object } = resource;
      return { collection, objects: matches(object, query.filter) ? [object] : [], more: false };
    }
    case "addressbook": {
      const { collection } = resource;
      const hidden = await hiddenCards(tx, collection, context);
      const found = query.withMembers ? await searchCards(tx, collection, query) : [];
      const objects = found.filter(({ name }) => !hidden.has(name));
      return { collection, objects, more: found.length > query.limit };
    }
    default:
      throw violated(
        "supported-report",
        "addressbook-query works on an address book and its cards",
      );
  }
}

async function searchDirectory(
  tx: Transaction,
  { filter, limit, wanted, withMembers }: Search,
  context: MethodContext,
): Promise<DavResponse> {
  const { cards, more } = withMembers ? await listDirectory(tx) : { cards: [], more: false };
  const found = cards.filter(({ object }) => matches(object, filter));
  const shown = found.slice(0, limit);
  const last = more || found.length > shown.length ? [truncation({ kind: "directory" })] : [];
  return multistatus(await propertyResponses(tx, shown, wanted, context), last);
}

function readQuery(root: Element, request: DavRequest): AddressbookQuery {
  const filter = child(root, carddav("filter"));
  if (filter === undefined) throw new DavError(400, "addressbook-query needs a filter");
  const wanted = readPropertyRequest(root, request);
  return {
    filter: readAddressbookFilter(filter),
    limit: readLimit(root),
    ...columnsFor(wanted),
    wanted,
  };
}

function readLimit(root: Element): number {
  const limit = child(root, carddav("limit"));
  if (limit === undefined) return Number.POSITIVE_INFINITY;
  const results = child(limit, carddav("nresults"));
  const value = results ? Number(text(results)) : Number.NaN;
  if (!Number.isInteger(value) || value < 1) {
    throw new DavError(400, "nresults must be a number of at least 1");
  }
  return value;
}
