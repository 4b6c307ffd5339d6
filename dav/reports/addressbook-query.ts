import { DavError, violated } from "../errors.ts";
import type { DavRequest } from "../http/request.ts";
import { multistatus, statusResponse } from "../multistatus.ts";
import { need } from "../privileges.ts";
import { propertyResponses } from "../property-responses.ts";
import { needsData, readPropertyRequest, type PropertyRequest } from "../propstat.ts";
import { resolve } from "../resolve.ts";
import { hrefOf, objectResource } from "../resource.ts";
import type { CollectionRow, ObjectRow, Transaction } from "../store.ts";
import { decodeText } from "../text.ts";
import { matchesCard, nominate, parseCard, type CardFilter } from "../vcard/index.ts";
import { child, text, type Element } from "../xml/element.ts";
import { carddav } from "../xml/names.ts";
import { readAddressbookFilter } from "./addressbook-filter.ts";
import type { Report } from "./report.ts";

interface AddressbookQuery {
  readonly filter: CardFilter;
  /** Most cards in the answer. */
  readonly limit: number;
  readonly wanted: PropertyRequest;
}

/** addressbook-query (RFC 6352 section 8.6). */
export const ADDRESSBOOK_QUERY: Report = {
  name: carddav("addressbook-query"),
  on: new Set(["addressbook"]),
  prepare(root, request, context) {
    const query = readQuery(root, request);
    return {
      mode: "snapshot",
      run: async (tx) => {
        const resource = await resolve(tx, request.path);
        if (resource === null) throw new DavError(404, "nothing is mapped to this URL");
        need("read", resource, context.user.id);
        if (resource.kind !== "addressbook") {
          throw violated("supported-report", "addressbook-query works on an address book");
        }
        const { collection } = resource;
        const found = await search(tx, collection, query);
        const shown = found
          .slice(0, query.limit)
          .map((object) => objectResource(collection, object));
        const responses = await propertyResponses(tx, shown, query.wanted, context);
        if (found.length === shown.length) return multistatus(responses);
        const rest = statusResponse(hrefOf(resource), 507, "number-of-matches-within-limits");
        return multistatus([...responses, rest]);
      },
    };
  },
};

function readQuery(root: Element, request: DavRequest): AddressbookQuery {
  const filter = child(root, carddav("filter"));
  if (filter === undefined) throw new DavError(400, "addressbook-query needs a filter");
  return {
    filter: readAddressbookFilter(filter),
    limit: readLimit(root),
    wanted: readPropertyRequest(root, request),
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

/** Candidates whose texts are read at a time. */
const PAGE = 200;

/** The cards that match, in order of name; of more than the limit one more, and the rest is not read. */
async function search(
  tx: Transaction,
  collection: CollectionRow,
  { filter, limit, wanted }: AddressbookQuery,
): Promise<ObjectRow[]> {
  const matchesAll = filter.properties.length === 0;
  const most = matchesAll && Number.isFinite(limit) ? limit + 1 : null;
  const names = await tx.findCards(collection, nominate(filter), most);
  const data = needsData(wanted);
  const found: ObjectRow[] = [];
  // The first page is what the answer needs if every candidate matches.
  let size = Math.min(PAGE, limit + 1);
  for (let from = 0; from < names.length && found.length <= limit;) {
    const page = names.slice(from, from + size);
    from += size;
    size = PAGE;
    const objects = await tx.getObjects(collection, page, { data: data || !matchesAll });
    const byName = new Map(objects.map((object) => [object.name, object]));
    for (const name of page) {
      const object = byName.get(name);
      if (object === undefined || !(matchesAll || matches(object, filter))) continue;
      // So that the texts of a page can go when the next is read.
      found.push(data ? object : { ...object, data: undefined });
    }
  }
  return found;
}

function matches({ data }: ObjectRow, filter: CardFilter): boolean {
  return data !== undefined && matchesCard(parseCard(decodeText(data).text), filter);
}
