import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import anyTest, { type TestFn } from "ava";
import { elements, text, type Element } from "../../dav/xml/element.ts";
import { parseXml } from "../../dav/xml/parse.ts";
import { CORPUS_ICS } from "../data/corpus-ics.ts";
import { CORPUS_VCF } from "../data/corpus-vcf.ts";
import { corpusFolder } from "../support/corpus.ts";
import { authorization, testServer, type TestServer } from "../support/server.ts";
import { Teardowns } from "../support/teardowns.ts";

const test = anyTest as TestFn<TestServer>;
const ends = new Teardowns();

interface Shelf {
  readonly kind: "ics" | "vcf";
  readonly collection: string;
  readonly type: string;
  /** File name → "accepted" or the condition that refuses it. */
  readonly verdicts: ReadonlyMap<string, string>;
}

const SHELVES: readonly Shelf[] = [
  {
    kind: "ics",
    collection: "/dav/calendars/alice/calendar/",
    type: "text/calendar",
    verdicts: new Map(
      Object.entries(CORPUS_ICS).map(([file, verdict]) => [file, verdict.split(":")[0] ?? ""]),
    ),
  },
  {
    kind: "vcf",
    collection: "/dav/addressbooks/alice/addressbook/",
    type: "text/vcard",
    verdicts: new Map(CORPUS_VCF.map(({ file, put }) => [file, put])),
  },
];

/** A report that embeds the text of one member in XML. */
function multiget(kind: Shelf["kind"], href: string): string {
  const [namespace, name, data] =
    kind === "ics"
      ? ["caldav", "calendar-multiget", "calendar-data"]
      : ["carddav", "addressbook-multiget", "address-data"];
  return `<x:${name} xmlns="DAV:" xmlns:x="urn:ietf:params:xml:ns:${namespace}"><prop><x:${data}/></prop><href>${href}</href></x:${name}>`;
}

/** The data in the answer to a multiget. */
function dataOf(element: Element): Element {
  const inner = elements(element).find(({ name }) => !/}(?:href|status)$/.test(name));
  return inner === undefined ? element : dataOf(inner);
}

test.before(async (t) => {
  t.context = await testServer(ends);
});
test.after.always(() => ends.run());

/** Files of the corpus share UIDs, so each goes into a place that is emptied after it. */
for (const { kind, collection, type, verdicts } of SHELVES) {
  const folder = corpusFolder(kind);
  if (!existsSync(folder)) {
    test(`no corpus of .${kind} files here, so none is tested`, (t) => t.pass());
    continue;
  }
  test(`every .${kind} of the corpus goes in and out unharmed or gets its precondition`, async (t) => {
    const { origin, pool } = t.context;
    await pool.query(
      `update collection set components = '{VEVENT,VTODO,VJOURNAL,VFREEBUSY,VAVAILABILITY}' where kind = 'calendar'`,
    );
    const headers = { authorization: authorization("alice"), "content-type": type };
    const url = new URL(`${collection}member`, origin);
    for (const [file, verdict] of verdicts) {
      const bytes = readFileSync(join(folder, file));
      const stored = await fetch(url, { method: "PUT", headers, body: bytes });
      const answer = await stored.text();
      if (verdict !== "accepted") {
        t.true(stored.status === 403 && answer.includes(verdict), `${file}: ${answer}`);
        continue;
      }
      t.is(stored.status, 201, `${file}: ${answer}`);
      // Of a card each version is rendered on request; the stored one is that of the file.
      const accept = /^VERSION:4\.0/im.test(bytes.toString("latin1"))
        ? `${type};version=4.0`
        : type;
      const fetched = await fetch(url, { headers: { ...headers, accept } });
      t.true(Buffer.from(await fetched.arrayBuffer()).equals(bytes), file);
      t.is(fetched.headers.get("etag"), stored.headers.get("etag"));
      const body = multiget(kind, `${collection}member`);
      const report = await fetch(new URL(collection, origin), { method: "REPORT", headers, body });
      const xml = await report.text();
      t.true(text(dataOf(parseXml(Buffer.from(xml)))).includes("BEGIN:"), file);
      t.is((await fetch(url, { method: "DELETE", headers })).status, 204);
    }
  });
}
