/** Answers of any length are made a part at a time, and what goes wrong in the middle is seen by the client. */
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import anyTest, { type TestFn } from "ava";
import {
  prepare,
  parsePath,
  validateObject,
  type DavResponse,
  type Part,
} from "../../dav/index.ts";
import { parseXml } from "../../dav/xml/parse.ts";
import { childrenOf, text } from "../../dav/xml/element.ts";
import { dav } from "../../dav/xml/names.ts";
import { endWhenStalled, streamOf } from "../../server/long-answers.ts";
import { testServer, type TestServer } from "../support/server.ts";
import { Teardowns } from "../support/teardowns.ts";

const test = anyTest as TestFn<TestServer>;

const CARDS = "/dav/addressbooks/alice/large/";
const EVENTS = "/dav/calendars/alice/large/";

const ends = new Teardowns();
test.before(async (t) => {
  t.context = await testServer(ends, { users: ["alice", "bob"] });
  await collectionOf(t.context, "addressbooks", "large");
  await collectionOf(t.context, "calendars", "large");
});
test.after.always(() => ends.run());

const MEGABYTE = 2 ** 20;
/** More than a part holds, all together. */
const COUNT = 16;
const SIZE = 200_000;

const cardText = (uid: string, note: string) =>
  `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${uid}\r\nFN:Card ${uid}\r\nN:;;;;\r\nNOTE:${note}\r\nEND:VCARD\r\n`;
const eventText = (uid: string, note: string) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260105T090000Z\r\nRRULE:FREQ=DAILY\r\nDESCRIPTION:${note}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;

const KINDS = {
  addressbooks: { kind: "addressbook", ending: "vcf", write: cardText },
  calendars: { kind: "calendar", ending: "ics", write: eventText },
} as const;

/** A new collection with large members named by numbers, and its path. */
async function collectionOf(
  { store, send }: TestServer,
  home: keyof typeof KINDS,
  name: string,
  size = SIZE,
): Promise<string> {
  const { kind, ending, write } = KINDS[home];
  const path = `/dav/${home}/alice/${name}/`;
  const type =
    kind === "calendar"
      ? `<C:calendar xmlns:C="urn:ietf:params:xml:ns:caldav"/>`
      : `<A:addressbook xmlns:A="urn:ietf:params:xml:ns:carddav"/>`;
  const body = `<mkcol xmlns="DAV:"><set><prop><resourcetype><collection/>${type}</resourcetype></prop></set></mkcol>`;
  await send({ method: "MKCOL", target: path, user: "alice", headers: {}, body });
  const objects = Array.from({ length: COUNT }, (_, n) => ({
    ...validateObject(kind, Buffer.from(write(`${n}`, "x".repeat(size))), new Date()),
    name: `${n}.${ending}`,
  }));
  const run = async (tx: Parameters<Parameters<typeof store.run>[0]["run"]>[0]) => {
    await tx.lockHome(home, "alice");
    const collection = await tx.findCollection(home, "alice", name);
    if (collection === null) throw new Error(`there is no ${name}`);
    await tx.putObjects(collection, objects);
  };
  await store.run({ mode: "write", run }, null);
  return path;
}

interface Asked {
  readonly method: string;
  readonly target: string;
  readonly body: string;
  readonly user?: string;
}

/** The first part of an answer, and what reads the others one by one. */
async function begin(
  { store, pool, config }: TestServer,
  { method, target, body, user = "alice" }: Asked,
) {
  const { rows } = await pool.query("select id from principal where name = $1", [user]);
  const path = parsePath(target);
  if (path === null) throw new Error(`${target} is no path`);
  const request = { method, path, headers: { depth: "1" }, body: Buffer.from(body) };
  const none = { calendars: null, addressbooks: null, web: null, mark: "" };
  const work = await prepare(request, {
    user: { id: rows[0].id, name: user },
    hosts: [],
    now: new Date(),
    userAgent: "",
    limits: { ...config, maxMultiget: 100 },
    push: none,
    addMember: false,
    refuseFeed: null,
    oneAddressBook: false,
    directory: true,
    files: true,
  });
  const answer = await store.run(work, rows[0].id);
  let { rest = null } = answer;
  return {
    answer,
    /** The next part; null when there was none. */
    next: async (): Promise<Buffer | null> => {
      if (rest === null) return null;
      const part = await store.run({ mode: "snapshot", run: rest }, rows[0].id);
      rest = part.rest;
      return part.body;
    },
  };
}

async function partsOf({ answer, next }: Awaited<ReturnType<typeof begin>>): Promise<Buffer[]> {
  const parts = [bytesOf(answer)];
  for (let part = await next(); part !== null; part = await next()) parts.push(part);
  return parts;
}

const bytesOf = ({ body = "" }: DavResponse): Buffer =>
  typeof body === "string" ? Buffer.from(body) : body;

/** The hrefs of a multistatus, which must be whole, in order. */
function hrefsIn(body: Buffer): string[] {
  const responses = childrenOf(parseXml(body), dav("response"));
  return responses.flatMap((each) => childrenOf(each, dav("href")).map(text)).toSorted();
}

const namesOf = (path: string, ending: string) =>
  Array.from({ length: COUNT }, (_, n) => `${path}${n}.${ending}`).toSorted();

const NAMESPACES = `xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="urn:ietf:params:xml:ns:carddav"`;
const DATA = { vcf: "<getetag/><A:address-data/>", ics: "<getetag/><C:calendar-data/>" };

const multiget = (path: string, prop: string = DATA.vcf, names = namesOf(path, "vcf")): Asked => ({
  method: "REPORT",
  target: path,
  body: `<A:addressbook-multiget ${NAMESPACES}><prop>${prop}</prop>${names.map((href) => `<href>${href}</href>`).join("")}</A:addressbook-multiget>`,
});

const cardQuery = (path: string, filter: string): Asked => ({
  method: "REPORT",
  target: path,
  body: `<A:addressbook-query ${NAMESPACES}><prop>${DATA.vcf}</prop><A:filter>${filter}</A:filter></A:addressbook-query>`,
});

const eventQuery = (path: string, filter: string, data = "<C:calendar-data/>"): Asked => ({
  method: "REPORT",
  target: path,
  body: `<C:calendar-query ${NAMESPACES}><prop><getetag/>${data}</prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">${filter}</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`,
});

const MONTH = `start="20260301T000000Z" end="20260401T000000Z"`;
const TEXT = `<A:prop-filter name="FN"><A:text-match>Card</A:text-match></A:prop-filter>`;
const PROP = `<C:prop-filter name="DESCRIPTION"><C:text-match>x</C:text-match></C:prop-filter>`;

test.serial(
  "what asks for many large objects is answered in parts of bounded size, which together are whole",
  async (t) => {
    const questions: [Asked, string[]][] = [
      [multiget(CARDS), namesOf(CARDS, "vcf")],
      [cardQuery(CARDS, ""), namesOf(CARDS, "vcf")],
      [cardQuery(CARDS, TEXT), namesOf(CARDS, "vcf")],
      [eventQuery(EVENTS, ""), namesOf(EVENTS, "ics")],
      [eventQuery(EVENTS, `<C:time-range ${MONTH}/>`), namesOf(EVENTS, "ics")],
      [eventQuery(EVENTS, PROP), namesOf(EVENTS, "ics")],
    ];
    for (const [question, expected] of questions) {
      const parts = await partsOf(await begin(t.context, question));
      t.true(parts.length > 2, question.body);
      for (const part of parts) t.true(part.length < 2 * MEGABYTE, question.body);
      t.deepEqual(hrefsIn(Buffer.concat(parts)), expected, question.body);
    }
  },
);

test.serial(
  "a whole calendar, a whole address book and a listing with large properties are answered in parts",
  async (t) => {
    const { pool } = t.context;
    const file = async (target: string) =>
      (await partsOf(await begin(t.context, { method: "GET", target, body: "" }))).map(String);
    for (const [target, line] of [
      [CARDS, /^UID:(\d+)\r$/gm],
      [EVENTS, /^UID:(\d+)\r$/gm],
    ] as const) {
      const parts = await file(target);
      t.true(parts.length > 2, target);
      for (const part of parts) t.true(part.length < 2 * MEGABYTE, target);
      const whole = parts.join("");
      t.is(new Set([...whole.matchAll(line)].map(([, uid]) => uid)).size, COUNT, target);
      t.is(
        whole.match(/^(?:BEGIN:VCALENDAR|END:VCALENDAR)/gm)?.length ?? 0,
        target === EVENTS ? 2 : 0,
      );
    }
    const path = await collectionOf(t.context, "calendars", "listed", 1000);
    const listing = { method: "PROPFIND", target: path, body: "" };
    const short = await begin(t.context, listing);
    t.falsy(short.answer.rest);
    await pool.query(
      `update object set properties = jsonb_build_object('{x:}p', '<p xmlns="x:">' || repeat('ü', 150000) || '</p>')
      where collection_id = (select collection_id from binding where name = 'listed')`,
    );
    const parts = await partsOf(await begin(t.context, listing));
    t.true(parts.length > 2);
    for (const part of parts) t.true(part.length < 2 * MEGABYTE);
    t.deepEqual(hrefsIn(Buffer.concat(parts)), [path, ...namesOf(path, "ics")].toSorted());
  },
);

test.serial(
  "a long answer to a client arrives whole, and a short one in one piece of known length",
  async (t) => {
    const { send } = t.context;
    const ask = ({ method, target, body }: Asked) =>
      send({ method, target, user: "alice", headers: { prefer: "return=minimal" }, body });
    const long = await ask(multiget(CARDS));
    t.deepEqual(hrefsIn(Buffer.from(long.body)), namesOf(CARDS, "vcf"));
    t.is(long.headers.get("content-length"), null);
    t.is(long.headers.get("preference-applied"), "return=minimal");
    const short = await ask(multiget(CARDS, DATA.vcf, [`${CARDS}1.vcf`]));
    t.is(short.headers.get("content-length"), String(Buffer.byteLength(short.body)));
  },
);

test.serial("what changes while a long answer is read is told of as it is then", async (t) => {
  const { send } = t.context;
  const path = await collectionOf(t.context, "addressbooks", "changes");
  const headers = { "content-type": "text/vcard" };
  const asked = { user: "alice", headers };
  const queried = await begin(t.context, cardQuery(path, TEXT));
  const got = await begin(t.context, multiget(path));
  const changed = cardText("7", "changed");
  await send({ ...asked, method: "PUT", target: `${path}7.vcf`, body: changed });
  const other = cardText("9", "other").replace("FN:Card", "FN:Other");
  await send({ ...asked, method: "PUT", target: `${path}9.vcf`, body: other });
  await send({ ...asked, method: "DELETE", target: `${path}8.vcf`, body: "" });
  const head = await send({ ...asked, method: "GET", target: `${path}7.vcf`, body: "" });

  const found = Buffer.concat(await partsOf(queried));
  const hrefs = namesOf(path, "vcf");
  const matching = hrefs.filter((href) => !/\/[89]\./.test(href));
  t.deepEqual(hrefsIn(found), matching);
  const all = Buffer.concat(await partsOf(got));
  t.deepEqual(hrefsIn(all), hrefs);
  t.regex(all.toString(), /8\.vcf<\/d:href><d:status>HTTP\/1\.1 404/);
  for (const answer of [found, all].map(String)) {
    const [, told] = /\/7\.vcf<\/d:href>(.*?)<\/d:response>/s.exec(answer) ?? [];
    t.true(told?.includes(`>${head.headers.get("etag")}<`));
    t.true(told?.includes("NOTE:changed"));
  }
});

test.serial(
  "who loses the right to read in the middle of a long answer is told nothing more",
  async (t) => {
    const path = await collectionOf(t.context, "addressbooks", "revoked");
    const grant = async (privilege: string | null) => {
      const ace = `<ace><principal><href>/dav/principals/bob/</href></principal><grant><privilege><${privilege}/></privilege></grant></ace>`;
      const body = `<acl xmlns="DAV:">${privilege === null ? "" : ace}</acl>`;
      const asked = { method: "ACL", target: path, user: "alice", headers: {}, body };
      t.is((await t.context.send(asked)).status, 200);
    };
    for (const left of ["write-content", null]) {
      await grant("read");
      const { next } = await begin(t.context, { ...multiget(path), user: "bob" });
      t.true(((await next())?.length ?? 0) > 0);
      await grant(left);
      // Not the bytes themselves, which would be shown if this failed.
      await t.throwsAsync(async () => (await next())?.length, { name: "DavError" });
    }
  },
);

test.serial("an answer that breaks off in the middle does not look whole", async (t) => {
  const { pool, send } = t.context;
  const path = await collectionOf(t.context, "calendars", "broken");
  await pool.query(
    `update object set data = 'unreadable'
      where uid = '9' and collection_id = (select collection_id from binding where name = 'broken')`,
  );
  const data = `<C:calendar-data><C:comp name="VCALENDAR"/></C:calendar-data>`;
  const { method, target, body } = eventQuery(path, "", data);
  const asked = { method, target, user: "alice", headers: { depth: "1" }, body };
  await t.throwsAsync(async () => (await send(asked)).body.length, { message: /terminated/ });
});

test.serial("an expansion that becomes too large is refused before anything is sent", async (t) => {
  const expand = (range: string) =>
    eventQuery(EVENTS, "", `<C:calendar-data><C:expand ${range}/></C:calendar-data>`);
  const tooLong = async () => (await begin(t.context, expand(MONTH))).answer.status;
  await t.throwsAsync(tooLong, { message: /too many instances/ });
  const short = await begin(t.context, expand(`start="20260301T000000Z" end="20260302T000000Z"`));
  t.falsy(short.answer.rest);
  t.deepEqual(hrefsIn(bytesOf(short.answer)), namesOf(EVENTS, "ics"));
});

test.serial(
  "a client that takes nothing of an answer is cut off, and no more is read for it",
  async (t) => {
    let read = 0;
    const part = async (): Promise<Part> => {
      read += 1;
      return { body: Buffer.alloc(MEGABYTE), rest: part };
    };
    const server = createServer((request, response) => {
      endWhenStalled(request.socket, null, 0.5);
      const stream = streamOf({ body: Buffer.alloc(1), rest: part }, () => part());
      stream.pipe(response.once("close", () => stream.destroy()));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const client = connect(port, "127.0.0.1").pause();
    client.on("error", () => undefined);
    client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const [, response] = await once(server, "request", { signal: AbortSignal.timeout(60_000) });
    await once(response, "close", { signal: AbortSignal.timeout(60_000) });
    // As many as the buffers between the two take.
    t.true(read < 1000);
    client.destroy();
    server.close();
  },
);
