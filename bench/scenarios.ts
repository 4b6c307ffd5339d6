import type { Client, Request } from "./client.ts";
import { event, familyName, month, MONTHS } from "./data.ts";
import { eventName } from "./load.ts";
import type { Requests } from "./measure.ts";

/** Where a scenario works. */
export interface Place {
  readonly client: Client;
  readonly home: string;
  readonly calendar: string;
  readonly addressbook: string;
  /** Events in the calendar. */
  readonly events: number;
  /** Paths of events that a scenario has added to them and none has removed. */
  readonly added: string[];
}

/** One kind of request. */
interface Scenario {
  readonly name: string;
  /** Milliseconds of CPU to aim at, on the machine the aims come from: a fifth of the best of the field. */
  readonly aim?: number;
  readonly status: number;
  /** Gets ready, unmeasured, and returns what makes the requests. */
  readonly prepare: (place: Place) => Requests | Promise<Requests>;
}

export function placeOf(client: Client, user: string, events: number): Place {
  const home = `/dav/calendars/${user}/`;
  const addressbook = `/dav/addressbooks/${user}/addressbook/`;
  return { client, home, calendar: `${home}calendar/`, addressbook, events, added: [] };
}

const NAMESPACES =
  'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="urn:ietf:params:xml:ns:carddav" xmlns:S="http://calendarserver.org/ns/" xmlns:I="http://apple.com/ns/ical/"';

function xml(
  method: "PROPFIND" | "REPORT",
  path: string,
  depth: 0 | 1,
  name: string,
  content: string,
): Request {
  return {
    method,
    path,
    headers: { depth: String(depth), "content-type": "text/xml; charset=utf-8" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<${name} ${NAMESPACES}>${content}</${name}>`,
  };
}

const sync = (path: string, token: string, limit?: number): Request =>
  xml(
    "REPORT",
    path,
    1,
    "sync-collection",
    `<sync-token>${token}</sync-token><sync-level>1</sync-level>${
      limit === undefined ? "" : `<limit><nresults>${limit}</nresults></limit>`
    }<prop><getetag/><getcontenttype/></prop>`,
  );

async function tokenAfter(client: Client, request: Request): Promise<string> {
  const { status, body } = await client.send(request);
  const token = /<d:sync-token>([^<]*)<\/d:sync-token>/.exec(body)?.[1];
  if (token === undefined) throw new Error(`no sync-token: ${status} ${body.slice(0, 500)}`);
  return token;
}

const TOKENS = "<prop><sync-token/><S:getctag/></prop>";
/** What iOS asks of a home. */
const LISTING = `<prop><resourcetype/><displayname/><sync-token/><S:getctag/><S:pushkey/><S:push-transports/>
  <current-user-privilege-set/><supported-report-set/><owner/><I:calendar-color/><I:calendar-order/>
  <C:calendar-description/><C:calendar-timezone/><C:supported-calendar-component-set/><C:max-resource-size/>
  <quota-available-bytes/><quota-used-bytes/><resource-id/><add-member/><S:source/></prop>`;

const currentToken = (client: Client, path: string) =>
  tokenAfter(client, xml("PROPFIND", path, 0, "propfind", TOKENS));

const always = (request: Request) => () => request;

/** Member number `n` of the calendar, in an order that jumps about. */
const member = ({ calendar, events }: Place, n: number): string =>
  `${calendar}${eventName((n * 7919) % events)}`;

const put = (path: string, text: string): Request => ({
  method: "PUT",
  path,
  headers: { "content-type": "text/calendar; charset=utf-8" },
  body: text,
});

async function change(place: Place, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const revision = 1 + Math.floor(Math.random() * 1e9);
    await place.client.send(put(`${place.calendar}${eventName(n)}`, event(n, revision)));
  }
}

/** The tokens with which each page of an initial synchronization begins, of `most` pages at most. */
async function pageTokens(
  { client, calendar, events }: Place,
  size: number,
  most = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const tokens = [""];
  while (tokens.length < Math.min(most, events / size)) {
    tokens.push(await tokenAfter(client, sync(calendar, tokens.at(-1) ?? "", size)));
  }
  return tokens;
}

const multiget = (path: string, members: readonly string[]) => {
  const hrefs = members.map((each) => `<href>${each}</href>`).join("");
  const content = `<prop><getetag/><C:calendar-data/></prop>${hrefs}`;
  return xml("REPORT", path, 1, "C:calendar-multiget", content);
};

const timeRange = (n: number) => {
  const { start, end } = month(n % MONTHS);
  return `<C:time-range start="${start}" end="${end}"/>`;
};

const query = (calendar: string, filter: string, prop = "") => {
  const events = `<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">${filter}</C:comp-filter></C:comp-filter>`;
  const content = `<prop><getetag/>${prop}</prop><C:filter>${events}</C:filter>`;
  return xml("REPORT", calendar, 1, "C:calendar-query", content);
};

const textFilter = (name: string, text: string) =>
  `<C:prop-filter name="${name}"><C:text-match>${text}</C:text-match></C:prop-filter>`;

const cardQuery = (property: string, text: string, limit = "") =>
  `<prop><getetag/><A:address-data/></prop><A:filter><A:prop-filter name="${property}"><A:text-match collation="i;unicode-casemap" match-type="contains">${text}</A:text-match></A:prop-filter></A:filter>${limit}`;

/** Numbers the events that are added: beyond all that were ever there. */
let added = Date.now();

const remove = (path: string): Request => ({ method: "DELETE", path });

/** Removes what was added and is still there. */
export async function tidy({ client, added: paths }: Place): Promise<void> {
  for (const path of paths.splice(0)) await client.send(remove(path));
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "poll: PROPFIND of sync-token and getctag",
    aim: 0.4,
    status: 207,
    prepare: ({ calendar }) => always(xml("PROPFIND", calendar, 0, "propfind", TOKENS)),
  },
  {
    name: "poll: sync-collection, nothing new",
    aim: 0.6,
    status: 207,
    prepare: async ({ client, calendar }) =>
      always(sync(calendar, await currentToken(client, calendar))),
  },
  {
    name: "poll: sync-collection of the home, nothing new",
    aim: 0.6,
    status: 207,
    prepare: async ({ client, home }) => always(sync(home, await currentToken(client, home))),
  },
  {
    name: "home listing: PROPFIND Depth 1",
    aim: 0.9,
    status: 207,
    prepare: ({ home }) => always(xml("PROPFIND", home, 1, "propfind", LISTING)),
  },
  {
    name: "sync of 10 changes",
    aim: 0.6,
    status: 207,
    prepare: async (place) => {
      const token = await currentToken(place.client, place.calendar);
      await change(place, 10);
      return always(sync(place.calendar, token));
    },
  },
  {
    name: "initial sync, a page of 1,000",
    aim: 2.6,
    status: 207,
    prepare: async (place) => {
      const tokens = await pageTokens(place, 1000);
      return (n) => sync(place.calendar, tokens[n % tokens.length] ?? "", 1000);
    },
  },
  {
    // An initial synchronization of 10,000: this is its last page, and costs what the first does.
    name: "initial sync, the tenth page of 1,000",
    aim: 2.6,
    status: 207,
    prepare: async (place) => {
      const tokens = await pageTokens(place, 1000, 10);
      return always(sync(place.calendar, tokens.at(-1) ?? "", 1000));
    },
  },
  {
    name: "GET",
    aim: 0.6,
    status: 200,
    prepare: (place) => (n) => ({ method: "GET", path: member(place, n) }),
  },
  ...[50, 100].map((count): Scenario => ({
    name: `multiget of ${count}`,
    aim: count / 25,
    status: 207,
    prepare: (place) => (n) => {
      const paths = Array.from({ length: count }, (_, each) => member(place, n * count + each));
      return multiget(place.calendar, paths);
    },
  })),
  {
    name: "month query",
    status: 207,
    prepare:
      ({ calendar }) =>
      (n) =>
        query(calendar, timeRange(n)),
  },
  {
    name: "month query with calendar-data",
    aim: 28,
    status: 207,
    prepare:
      ({ calendar }) =>
      (n) =>
        query(calendar, timeRange(n), "<C:calendar-data/>"),
  },
  {
    name: "free-busy of a month",
    aim: 16,
    status: 200,
    prepare:
      ({ calendar }) =>
      (n) =>
        xml("REPORT", calendar, 1, "C:free-busy-query", timeRange(n)),
  },
  {
    name: "event query by UID",
    status: 207,
    prepare:
      ({ calendar, events }) =>
      (n) =>
        query(calendar, textFilter("UID", `event-${(n * 7919) % events}@`)),
  },
  {
    name: "event query by text in a month",
    status: 207,
    prepare:
      ({ calendar }) =>
      (n) =>
        query(calendar, `${timeRange(n)}${textFilter("SUMMARY", `subject ${n % 97}`)}`),
  },
  {
    name: "event query by text, of all events",
    status: 207,
    prepare:
      ({ calendar, events }) =>
      (n) =>
        query(calendar, textFilter("SUMMARY", `number ${(n * 7919) % events} `)),
  },
  {
    name: "card query by text, one in 25",
    aim: 4,
    status: 207,
    prepare:
      ({ addressbook }) =>
      (n) =>
        xml("REPORT", addressbook, 1, "A:addressbook-query", cardQuery("FN", familyName(n))),
  },
  {
    name: "card query by text, the first 10",
    status: 207,
    prepare:
      ({ addressbook }) =>
      (n) => {
        const limit = "<A:limit><A:nresults>10</A:nresults></A:limit>";
        const content = cardQuery("FN", familyName(n), limit);
        return xml("REPORT", addressbook, 1, "A:addressbook-query", content);
      },
  },
  {
    name: "card query by mail address, one card",
    status: 207,
    prepare:
      ({ addressbook }) =>
      (n) => {
        const content = cardQuery("EMAIL", `person${(n * 7919) % 1000}@example.org`);
        return xml("REPORT", addressbook, 1, "A:addressbook-query", content);
      },
  },
  {
    name: "PUT, new",
    aim: 1.3,
    status: 201,
    prepare: (place) => () => {
      const index = added++;
      const path = `${place.calendar}${eventName(index)}`;
      place.added.push(path);
      return put(path, event(index));
    },
  },
  {
    name: "DELETE",
    aim: 1,
    status: 204,
    prepare: (place) => () => {
      const path = place.added.pop();
      return path === undefined ? null : remove(path);
    },
  },
  {
    name: "PUT, changed",
    status: 204,
    prepare: (place) => {
      const salt = Date.now() % 1e9;
      return (n) => {
        const index = (n * 7919) % place.events;
        return put(`${place.calendar}${eventName(index)}`, event(index, salt + n));
      };
    },
  },
];
