import { DavError, violated } from "../errors.ts";
import { optionalXmlBody } from "../http/body.ts";
import { mediaType } from "../http/headers.ts";
import type { DavRequest, DavResponse } from "../http/request.ts";
import { checkLocks } from "../locks.ts";
import { multistatus, propstatResponse, XML_CONTENT_TYPE, type Propstat } from "../multistatus.ts";
import { formatPath, type CollectionPath, type Path } from "../paths.ts";
import { need } from "../privileges.ts";
import { SOURCE } from "../feed-source.ts";
import { componentsOf } from "../properties/rfc4791.ts";
import { planUpdate, readInstructions, type PropertyInstruction } from "../property-update.ts";
import { homeResource } from "../resource.ts";
import type {
  CollectionKind,
  HomeRow,
  NewCollection,
  StoredProperties,
  Transaction,
} from "../store.ts";
import { document, el, elements } from "../xml/element.ts";
import { caldav, carddav, cs, dav, type QName } from "../xml/names.ts";
import { makeFileCollection } from "./files/mkcol.ts";
import type { Method, MethodContext, Work } from "./method.ts";
import { prepareIf } from "./conditions.ts";
import { checkState } from "./state.ts";
import { lockHomeOf, readLocks } from "./write.ts";

/** What a calendar takes when the client does not say. */
const DEFAULT_COMPONENTS = ["VEVENT", "VTODO", "VJOURNAL"];

/** MKCALENDAR (RFC 4791 section 5.3.1). */
export const MKCALENDAR: Method = {
  name: "MKCALENDAR",
  on: new Set(["unmapped"]),
  prepare: (request, context) => {
    const root = optionalXmlBody(request, [caldav("mkcalendar")]);
    const instructions = root === null ? [] : readInstructions(root);
    // COMPAT(OS X 10.9.2+): subscriptions are made by MKCALENDAR too (sabre/dav issue 443).
    const subscribed = typesIn(instructions) === SUBSCRIPTION;
    const creation = { kind: "calendar", subscribed, instructions } as const;
    return create(request, context, { ...creation, failure: asMultistatus });
  },
};

/**
 * MKCOL of a plain collection of files (RFC 4918 section 9.3), and extended MKCOL (RFC 5689): there the
 * resourcetype says whether to make a calendar or an address book.
 */
export const MKCOL: Method = {
  name: "MKCOL",
  on: new Set(["unmapped", "unmapped-file"]),
  prepare(request, context) {
    const { path } = request;
    if (path.kind === "file") checkBodyType(request);
    const root = optionalXmlBody(request, [dav("mkcol")]);
    const instructions = root === null ? [] : readInstructions(root);
    if (path.kind === "file") {
      const creation = { instructions, failure: asMkcolResponse };
      return makeFileCollection(path, creation, request, context);
    }
    const creation = { ...whatToMake(instructions), instructions };
    return create(request, context, { ...creation, failure: asMkcolResponse });
  },
};

/** RFC 4918 section 9.3: a body that the server does not understand is 415. */
function checkBodyType(request: DavRequest): void {
  const type = mediaType(request);
  if (request.body.length > 0 && !XML_TYPES.has(type)) {
    throw new DavError(415, `MKCOL takes no body of ${type}`);
  }
}

const XML_TYPES = new Set(["", "application/xml", "text/xml"]);

interface Creation {
  readonly kind: CollectionKind;
  /** Whether it mirrors a feed. */
  readonly subscribed: boolean;
  readonly instructions: readonly PropertyInstruction[];
  readonly failure: (path: CollectionPath, propstats: readonly Propstat[]) => DavResponse;
}

const collectionOf = (type: QName) => [dav("collection"), type].sort().join(" ");
const SUBSCRIPTION = collectionOf(cs("subscribed"));

const TYPES: ReadonlyMap<string, Pick<Creation, "kind" | "subscribed">> = new Map([
  [collectionOf(caldav("calendar")), { kind: "calendar", subscribed: false }],
  [collectionOf(carddav("addressbook")), { kind: "addressbook", subscribed: false }],
  [SUBSCRIPTION, { kind: "calendar", subscribed: true }],
]);

/** The names in the resourcetype that is asked for, in order. */
function typesIn(instructions: readonly PropertyInstruction[]): string {
  const types = instructions.find(({ name }) => name === dav("resourcetype"))?.value;
  const names: QName[] = types ? elements(types).map(({ name }) => name) : [];
  return names.sort().join(" ");
}

function whatToMake(instructions: readonly PropertyInstruction[]) {
  const type = TYPES.get(typesIn(instructions));
  if (type !== undefined) return type;
  throw violated("valid-resourcetype", "only calendars and address books can be made here");
}

function create(request: DavRequest, context: MethodContext, creation: Creation): Work {
  const conditions = prepareIf(request);
  const path = checkLocation(request, creation.kind);
  if (creation.subscribed) checkSubscription(creation, context);
  const plan = planUpdate(creation.instructions, creation.kind, null, context);
  return {
    mode: "write",
    run: async (tx) => {
      const home = await lockHomeOf(tx, path);
      const held = await readLocks(tx, [{ path, home }], conditions, request, context);
      need("bind", homeResource(home), context.user.id);
      checkLocks(held, path, { membership: true });
      if ((await tx.findCollection(path.home, path.owner, path.collection)) !== null) {
        throw violated("resource-must-be-null", "something is mapped to this URL already");
      }
      checkState(request, null);
      if (!plan.ok) return creation.failure(path, plan.propstats);
      if (creation.subscribed) await checkNumber(tx, home);
      await tx.createCollection(home, newCollection(path, creation, plan.changes));
      return { status: 201, headers: { "cache-control": "no-cache" } };
    },
  };
}

function checkSubscription({ instructions }: Creation, { refuseFeed }: MethodContext): void {
  if (refuseFeed === null) {
    throw violated("valid-resourcetype", "this server subscribes to no feeds");
  }
  if (!instructions.some(({ name, value }) => name === SOURCE && value !== null)) {
    throw new DavError(403, "a subscribed calendar needs CS:source, which says where its feed is");
  }
}

/** Feeds that the server fetches for one account. */
const MAX_SUBSCRIPTIONS = 50;

async function checkNumber(tx: Transaction, home: HomeRow): Promise<void> {
  const subscribed = (await tx.listCollections(home)).filter((each) => each.subscribed);
  if (subscribed.length < MAX_SUBSCRIPTIONS) return;
  throw new DavError(507, `an account has at most ${MAX_SUBSCRIPTIONS} subscribed calendars`);
}

function newCollection(
  path: CollectionPath,
  { kind, subscribed, instructions }: Creation,
  changes: Readonly<Record<QName, string | null>>,
): NewCollection {
  const properties: StoredProperties = Object.fromEntries(
    Object.entries(changes).filter((entry): entry is [QName, string] => entry[1] !== null),
  );
  const set = instructions.find(({ name }) => name === caldav("supported-calendar-component-set"));
  const components = set?.value ? componentsOf(set.value) : DEFAULT_COMPONENTS;
  return {
    kind,
    name: path.collection,
    components: kind === "calendar" ? components : [],
    subscribed,
    properties,
  };
}

/** Collections live directly in the home of their kind and nowhere else. */
function checkLocation(request: DavRequest, kind: CollectionKind): CollectionPath {
  const { path } = request;
  const home = kind === "calendar" ? "calendars" : "addressbooks";
  if (path.kind === "collection" && path.home === home) return path;
  if (path.kind !== "collection" && path.kind !== "object" && path.kind !== "file") {
    throw violated("resource-must-be-null", "something is mapped to this URL already");
  }
  throw violated(
    `${kind}-collection-location-ok`,
    `make it directly in a home below /dav/${home}/`,
  );
}

function asMultistatus(path: CollectionPath, propstats: readonly Propstat[]): DavResponse {
  return multistatus([propstatResponse(formatPath(path), propstats)]);
}

/** RFC 5689 section 3.2: the answer is 424 around what failed. */
function asMkcolResponse(path: Path, propstats: readonly Propstat[]): DavResponse {
  const { children } = propstatResponse(formatPath(path), propstats);
  const body = document(el(dav("mkcol-response"), children.slice(1)));
  return { status: 424, headers: { "content-type": XML_CONTENT_TYPE }, body };
}
