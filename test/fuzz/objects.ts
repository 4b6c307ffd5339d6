import type { Corpus } from "./corpus.ts";
import { mutateLines } from "./mutate-lines.ts";
import type { FuzzedRequest } from "./mutate-request.ts";
import type { Random } from "./random.ts";
import type { Try } from "./round.ts";

/** Objects stored and read again in one round. */
const OBJECTS = 12;

const RANGE = `start="20250101T000000Z" end="20280101T000000Z"`;
const CALDAV = `xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"`;
const CARDDAV = `xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"`;

interface Kind {
  readonly begin: string;
  readonly type: string;
  readonly collection: string;
  readonly extension: string;
  /** Media types in which it can be fetched. */
  readonly accepted: readonly string[];
  readonly reports: readonly string[];
}

/** What is done with an object that was taken: everything that reads, renders or expands it. */
const KINDS: readonly Kind[] = [
  {
    begin: "BEGIN:VCALENDAR",
    type: "text/calendar",
    collection: "/dav/calendars/alice/calendar/",
    extension: "ics",
    accepted: ["application/calendar+json", "application/calendar+xml", "text/calendar"],
    reports: [
      `<C:calendar-query ${CALDAV}><prop><C:calendar-data><C:expand ${RANGE}/></C:calendar-data></prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range ${RANGE}/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`,
      `<C:calendar-query ${CALDAV}><prop><C:calendar-data content-type="application/calendar+json"><C:limit-recurrence-set ${RANGE}/></C:calendar-data></prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:comp-filter name="VALARM"><C:time-range ${RANGE}/></C:comp-filter></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`,
      `<C:calendar-query ${CALDAV}><prop><C:calendar-data><C:comp name="VCALENDAR"><C:comp name="VTODO"><C:prop name="DUE"/></C:comp></C:comp></C:calendar-data></prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VTODO"><C:time-range ${RANGE}/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`,
      `<C:free-busy-query ${CALDAV}><C:time-range ${RANGE}/></C:free-busy-query>`,
    ],
  },
  {
    begin: "BEGIN:VCARD",
    type: "text/vcard",
    collection: "/dav/addressbooks/alice/addressbook/",
    extension: "vcf",
    accepted: [
      "text/vcard;version=3.0",
      "text/vcard;version=4.0",
      "application/vcard+json",
      "application/vcard+xml",
    ],
    reports: [
      `<C:addressbook-query ${CARDDAV}><prop><C:address-data content-type="text/vcard" version="4.0"/></prop><C:filter><C:prop-filter name="EMAIL"><C:text-match>a</C:text-match><C:param-filter name="TYPE"><C:is-not-defined/></C:param-filter></C:prop-filter></C:filter></C:addressbook-query>`,
      `<C:addressbook-query ${CARDDAV}><prop><C:address-data><C:prop name="FN"/><C:prop name="TEL"/></C:address-data></prop><C:filter test="anyof"/></C:addressbook-query>`,
    ],
  },
];

/** Stores changed objects, and reads those that were taken in every way. */
export async function storeAndRead(corpus: Corpus, random: Random, attempt: Try): Promise<void> {
  for (let n = 0; n < OBJECTS; n++) {
    const kind = random.pick(KINDS);
    const bodies = corpus.bodies.filter((body) => body.startsWith(kind.begin));
    const target = `${kind.collection}fuzz-${n}.${kind.extension}`;
    const body = mutateLines(random.pick(bodies), random, corpus.lines);
    const stored = await attempt(
      request(
        "PUT",
        target,
        { "content-type": kind.type },
        body.replace(/^UID:.*$/m, `UID:f-${n}`),
      ),
    );
    if (stored !== null && stored.status < 300) await readAll(kind, target, attempt);
  }
}

async function readAll(kind: Kind, target: string, attempt: Try): Promise<void> {
  for (const accept of kind.accepted) {
    await attempt(request("GET", target, { accept }));
    await attempt(request("GET", kind.collection, { accept }));
  }
  for (const report of kind.reports) {
    await attempt(request("REPORT", kind.collection, { depth: "1" }, report));
  }
}

function request(
  method: string,
  target: string,
  headers: Record<string, string>,
  body = "",
): FuzzedRequest {
  return { method, target, user: "alice", headers, body };
}
