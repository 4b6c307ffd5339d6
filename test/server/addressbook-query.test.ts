import { deepStrictEqual } from "node:assert";
import test from "ava";
import * as fc from "fast-check";
import { matchesCard, parseCard, type CardFilter } from "../../dav/vcard/index.ts";
import { escapeText } from "../../dav/xml/element.ts";
import { fillTextIndex } from "../../server/store/text-index.ts";
import { randomCard, randomFilter } from "../support/cards.ts";
import { testServer } from "../support/server.ts";
import type { Send } from "../support/transcript.ts";
import { SEED } from "../support/property.ts";

const BOOK = "/dav/addressbooks/alice/addressbook/";
const NONE = { user: "alice", headers: {}, body: "" };

const quote = (value: string) => escapeText(value).replaceAll('"', "&quot;");
const tags = (parts: readonly string[]) => parts.join("");

function filterXml({ test: how, properties }: CardFilter): string {
  const texts = (
    matches: readonly (CardFilter["properties"][number]["textMatches"][number] | null)[],
  ) =>
    tags(
      matches.map((match) =>
        match === null
          ? ""
          : `<A:text-match collation="${match.collation}" match-type="${match.matchType}" negate-condition="${match.negate ? "yes" : "no"}">${escapeText(match.text)}</A:text-match>`,
      ),
    );
  const missing = (isNotDefined: boolean) => (isNotDefined ? "<A:is-not-defined/>" : "");
  const inner = properties.map(
    (property) =>
      `<A:prop-filter name="${quote(property.name)}" test="${property.test}">${missing(property.isNotDefined)}${texts(property.textMatches)}${tags(
        property.parameters.map(
          (each) =>
            `<A:param-filter name="${each.name}">${missing(each.isNotDefined)}${texts([each.textMatch])}</A:param-filter>`,
        ),
      )}</A:prop-filter>`,
  );
  return `<A:filter test="${how}">${tags(inner)}</A:filter>`;
}

/** The names of the members that a query finds, and whether it says that there are more. */
async function query(send: Send, filter: CardFilter, { book = BOOK, limit = 0 } = {}) {
  const most = limit === 0 ? "" : `<A:limit><A:nresults>${limit}</A:nresults></A:limit>`;
  const body = `<A:addressbook-query xmlns="DAV:" xmlns:A="urn:ietf:params:xml:ns:carddav"><prop><getetag/></prop>${filterXml(filter)}${most}</A:addressbook-query>`;
  const answer = await send({
    ...NONE,
    method: "REPORT",
    target: book,
    headers: { depth: "1" },
    body,
  });
  if (answer.status !== 207) throw new Error(`${answer.status} ${answer.body}\n${body}`);
  const hrefs = [...answer.body.matchAll(/href>([^<]*)<\/\w+:href/g)].map(([, href = ""]) => href);
  const names = hrefs.filter((href) => href !== book).map((href) => href.slice(book.length));
  return { names: names.toSorted(), more: hrefs.includes(book) };
}

async function store(send: Send, texts: readonly string[]): Promise<void> {
  const headers = { "content-type": "text/vcard; charset=utf-8" };
  for (const [index, body] of texts.entries()) {
    const target = `${BOOK}${index}.vcf`;
    const answer = await send({ ...NONE, method: "PUT", target, headers, body });
    if (answer.status !== 201) throw new Error(`${answer.status} ${answer.body}\n${body}`);
  }
}

const plain = (texts: readonly string[], filter: CardFilter) =>
  texts.flatMap((text, i) => (matchesCard(parseCard(text), filter) ? [`${i}.vcf`] : [])).toSorted();

test("addressbook-query finds what reading every card finds, also of before the index", async (t) => {
  const { send, pool } = await testServer(t);
  const texts = Array.from({ length: 60 }, (_, i) =>
    fc.sample(randomCard(`${i}`), { seed: SEED + i, numRuns: 1 }),
  ).flat();
  await store(send, texts);
  const filters = fc.sample(randomFilter, { seed: SEED, numRuns: 80 });
  const found = { some: 0, none: 0 };
  const agree = async (some: readonly CardFilter[], book = BOOK) => {
    for (const filter of some) {
      const expected = plain(texts, filter);
      found[expected.length > 0 && expected.length < texts.length ? "some" : "none"] += 1;
      const { names } = await query(send, filter, { book });
      deepStrictEqual(names, expected, `seed ${SEED} ${JSON.stringify(filter)}`);
    }
  };
  await agree(filters);
  t.true(found.some > 5, JSON.stringify(found));

  const keys = "select object_name, keys from text_index order by object_name";
  const { rows: before } = await pool.query(keys);
  const unfilled =
    "update text_index set keys = array_to_tsvector(array[collection_id || ':?', 'unfilled'])";
  await pool.query(unfilled);
  await agree(filters.slice(0, 30));
  while ((await fillTextIndex(pool)) > 0);
  t.deepEqual((await pool.query(keys)).rows, before);

  const headers = { destination: "/dav/addressbooks/alice/copy/" };
  t.is((await send({ ...NONE, method: "COPY", target: BOOK, headers })).status, 201);
  await send({ ...NONE, method: "DELETE", target: BOOK });
  await agree(filters.slice(0, 30), "/dav/addressbooks/alice/copy/");
});

const card = (name: string, ...lines: string[]) =>
  ["BEGIN:VCARD", "VERSION:3.0", `UID:${name}`, `FN:${name}`, ...lines, "END:VCARD", ""].join(
    "\r\n",
  );

const contains = (text: string): CardFilter => ({
  test: "anyof",
  properties: [
    {
      name: "FN",
      test: "anyof",
      isNotDefined: false,
      textMatches: [{ text, collation: "i;unicode-casemap", matchType: "contains", negate: false }],
      parameters: [],
    },
  ],
});

test("a query reads no card that its keys rule out, and no more than its limit needs", async (t) => {
  const { send, pool } = await testServer(t);
  await store(
    send,
    ["Ann", "Bea", "Annabel", "Joanna", "Carl"].map((name) => card(name)),
  );
  const broken = (names: string) =>
    pool.query(`update object set data = 'no card' where name = any('${names}')`);
  await broken("{1.vcf,4.vcf}");
  t.deepEqual(await query(send, contains("ann")), {
    names: ["0.vcf", "2.vcf", "3.vcf"],
    more: false,
  });
  t.deepEqual(await query(send, contains("an"), { limit: 2 }), {
    names: ["0.vcf", "2.vcf"],
    more: true,
  });
  t.deepEqual(await query(send, contains("an"), { limit: 3 }), {
    names: ["0.vcf", "2.vcf", "3.vcf"],
    more: false,
  });
  const all: CardFilter = { test: "anyof", properties: [] };
  t.deepEqual(await query(send, all, { limit: 1 }), { names: ["0.vcf"], more: true });
  t.is((await query(send, all)).names.length, 5);
});

test("a changed card is found by what it says now, a deleted one no more", async (t) => {
  const { send, pool } = await testServer(t);
  await store(
    send,
    ["Ann", "Bea"].map((name) => card(name)),
  );
  const target = `${BOOK}0.vcf`;
  const headers = { "content-type": "text/vcard" };
  await send({ ...NONE, method: "PUT", target, headers, body: card("Dora") });
  t.deepEqual((await query(send, contains("ann"))).names, []);
  t.deepEqual((await query(send, contains("dor"))).names, ["0.vcf"]);
  await send({ ...NONE, method: "DELETE", target });
  t.deepEqual((await query(send, contains("dor"))).names, []);
  t.is((await pool.query("select from text_index")).rowCount, 1);
  await send({ ...NONE, method: "PUT", target, headers, body: card("Ann") });
  t.deepEqual((await query(send, contains("ann"))).names, ["0.vcf"]);
});

test("a card written while the index is filled keeps its own keys", async (t) => {
  const { send, pool } = await testServer(t);
  await store(send, [card("Ann"), card("Bea")]);
  await pool.query(
    "update text_index set keys = array_to_tsvector(array[collection_id || ':?', 'unfilled'])",
  );
  const headers = { "content-type": "text/vcard" };
  const slow = {
    // Writes between the look and the update.
    async query(config: { name: string; text: string; values: unknown[] }) {
      const result = await pool.query(config);
      if (config.name === "unfilled-objects") {
        await send({ ...NONE, method: "PUT", target: `${BOOK}0.vcf`, headers, body: card("Dora") });
      }
      return result;
    },
  };
  t.is(await fillTextIndex(slow), 2);
  t.is(await fillTextIndex(slow), 0);
  t.deepEqual((await query(send, contains("dora"))).names, ["0.vcf"]);
  t.deepEqual((await query(send, contains("bea"))).names, ["1.vcf"]);
});
