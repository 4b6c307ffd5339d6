import test from "ava";
import * as fc from "fast-check";
import { collate } from "../../../dav/vcard/collation.ts";
import {
  CARD_COLLATIONS,
  keysOf,
  matchesCard,
  nominate,
  parseCard,
} from "../../../dav/vcard/index.ts";
import { searchForm } from "../../../dav/search/form.ts";
import { randomCard, randomFilter } from "../../support/cards.ts";
import { nominates } from "../../support/nominates.ts";
import { holds } from "../../support/property.ts";

test("whatever a filter matches is a candidate by its keys, and others often are not", (t) => {
  let spared = 0;
  holds(
    fc.property(
      fc.array(randomCard("1"), { minLength: 10, maxLength: 10 }),
      fc.array(randomFilter, { minLength: 5, maxLength: 5 }),
      (texts, filters) => {
        for (const card of texts.map(parseCard)) {
          const keys = keysOf(card);
          for (const filter of filters) {
            const candidate = nominates(nominate(filter), keys);
            if (!candidate) spared += 1;
            if (matchesCard(card, filter) && !candidate) return false;
          }
        }
        return true;
      },
    ),
    { numRuns: 300 },
  );
  t.true(spared > 1000, `only ${spared} cards were spared`);
});

test("the form of keys is coarser than every collation", (t) => {
  holds(
    fc.property(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "binary" }),
      fc.string({ unit: "binary", maxLength: 4 }),
      fc.constantFrom(...CARD_COLLATIONS),
      (before, after, wanted, collation) => {
        const whole = collate(collation, before + wanted + after);
        if (!whole.includes(collate(collation, wanted))) return true;
        return searchForm(before + wanted + after).includes(searchForm(wanted));
      },
    ),
    { numRuns: 2000 },
  );
  t.pass();
});

test("text comes apart into keys of three characters, the last of them shorter", (t) => {
  const card = parseCard(
    "BEGIN:VCARD\nVERSION:3.0\nUID:urn:uuid:1\nFN:Zoë\nTEL:1\nNOTE:x\nEND:VCARD\n",
  );
  t.deepEqual(keysOf(card), ["#URN:UUID:1", "=ZOE", "=OE", "=E", "+TEL", "=1", "+NOTE"]);
});

test("a card of very many keys is not searched by them, and costs little", (t) => {
  const emails = Array.from(
    { length: 20_000 },
    (_, i) => `EMAIL:${(i * 7919).toString(36)}@${(i * 7907).toString(36)}.example\n`,
  );
  const card = parseCard(`BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:x\n${emails.join("")}END:VCARD\n`);
  t.deepEqual(keysOf(card), ["?"]);
  const long = parseCard(
    `BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:${"abcdefg".repeat(100_000)}\nEND:VCARD\n`,
  );
  t.true(keysOf(long).length < 20);
});

test("a search of very many conditions makes every card a candidate", (t) => {
  const match = { collation: "i;octet", matchType: "contains", negate: false } as const;
  const properties = Array.from({ length: 400 }, (_, i) => ({
    name: "FN",
    test: "anyof" as const,
    isNotDefined: false,
    textMatches: [{ ...match, text: `a${i}` }],
    parameters: [],
  }));
  t.is(nominate({ test: "anyof", properties }), null);
  t.not(nominate({ test: "anyof", properties: properties.slice(0, 10) }), null);
});
