import test from "ava";
import * as fc from "fast-check";
import { COLLATIONS, contains } from "../../../dav/icalendar/collation.ts";
import {
  keysOfCalendar,
  matchesCalendar,
  matchesText,
  nominate,
  parseCalendar,
  type ComponentFilter,
} from "../../../dav/icalendar/index.ts";
import { readCalendarFilter } from "../../../dav/reports/calendar-filter.ts";
import { searchForm } from "../../../dav/search/form.ts";
import { parseXml } from "../../../dav/xml/parse.ts";
import { anyFilter, anyObject } from "../../support/any-calendar.ts";
import { nominates } from "../../support/nominates.ts";
import { filterElement, textOf } from "../../support/plain-calendar-text.ts";
import { holds } from "../../support/property.ts";

const filterOf = (xml: string): ComponentFilter =>
  readCalendarFilter(
    parseXml(
      Buffer.from(xml.replace("<C:filter", '<C:filter xmlns:C="urn:ietf:params:xml:ns:caldav"')),
    ),
  );

const textFilter = anyFilter(["0123456789abcdef"]).filter(
  ({ properties }) => properties.length > 0,
);

test("whatever a filter matches is a candidate by its keys, and others often are not", (t) => {
  let spared = 0;
  holds(
    fc.property(
      fc.array(anyObject, { minLength: 5, maxLength: 5 }),
      fc.array(textFilter, { minLength: 10, maxLength: 10 }),
      (objects, plain) => {
        const filters = plain.map((filter) => filterOf(filterElement(filter)));
        for (const written of objects.map(textOf)) {
          const calendar = parseCalendar(written);
          const keys = keysOfCalendar(calendar);
          for (const filter of filters) {
            const matches = matchesCalendar(calendar, filter, null);
            if (matchesText(written, filter, null) !== matches) return false;
            if (nominates(nominate(filter), keys)) continue;
            spared += 1;
            if (matches) return false;
          }
        }
        return true;
      },
    ),
    { numRuns: 100 },
  );
  t.true(spared > 50, `only ${spared} objects were spared`);
});

test("the form of keys is coarser than every collation of calendars", (t) => {
  const text = fc.string({ unit: "binary" });
  holds(
    fc.property(
      text,
      text,
      fc.string({ unit: "binary", maxLength: 4 }),
      fc.constantFrom(...COLLATIONS),
      (before, after, wanted, collation) => {
        const whole = before + wanted + after;
        return (
          !contains(whole, wanted, collation) || searchForm(whole).includes(searchForm(wanted))
        );
      },
    ),
    { numRuns: 2000 },
  );
  t.pass();
});

const calendar = (...lines: string[]) =>
  parseCalendar(["BEGIN:VCALENDAR", "VERSION:2.0", ...lines, "END:VCALENDAR", ""].join("\r\n"));
const event = (...lines: string[]) => ["BEGIN:VEVENT", "UID:1", ...lines, "END:VEVENT"];

const wanting = (...properties: string[]) =>
  filterOf(
    `<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">${properties
      .map(
        (name) =>
          `<C:prop-filter name="${name}"><C:text-match>board</C:text-match></C:prop-filter>`,
      )
      .join("")}</C:comp-filter></C:comp-filter></C:filter>`,
  );

test("the texts that clients search in are keys, those of alarms and zones are not, but what there is", (t) => {
  const alarm = ["BEGIN:VALARM", "DESCRIPTION:Reminder", "END:VALARM"];
  const keys = keysOfCalendar(
    calendar(
      ...event("SUMMARY:Zoë", "CATEGORIES:a,b", "COMMENT:no", ...alarm),
      ...event("SUMMARY:Zoë", "RECURRENCE-ID:20260101"),
    ),
  );
  t.deepEqual(keys, [
    "+CATEGORIES",
    "+COMMENT",
    "+VALARM",
    "+DESCRIPTION",
    "+RECURRENCE-ID",
    "=1",
    "=ZOE",
    "=OE",
    "=E",
    "=A,B",
    "=,B",
    "=B",
  ]);
});

test("a text too long for keys is looked through, and only when it is asked for", (t) => {
  const keys = keysOfCalendar(
    calendar(...event("SUMMARY:Lunch", `DESCRIPTION:${"What was said. ".repeat(100)}`)),
  );
  t.true(keys.length < 10, keys.join(" "));
  t.true(nominates(nominate(wanting("DESCRIPTION")), keys));
  t.false(nominates(nominate(wanting("SUMMARY")), keys));
  t.false(nominates(nominate(wanting("DESCRIPTION", "SUMMARY")), keys));
});

test("very many texts, or conditions, make an object a candidate always", (t) => {
  const random = (i: number) => ((i * 2_654_435_761) % 2 ** 32).toString(36);
  const texts = ["SUMMARY", "LOCATION", "CATEGORIES", "DESCRIPTION", "ATTENDEE", "ORGANIZER"].map(
    (name, n) =>
      `${name}:${Array.from({ length: 990 }, (_, i) => String.fromCodePoint(0x4e00 + n * 990 + i)).join("")}`,
  );
  t.deepEqual(keysOfCalendar(calendar(...event(...texts))), ["?"]);
  t.deepEqual(keysOfCalendar(calendar(...event(`DESCRIPTION:${random(1).repeat(500_000)}`))), [
    "+DESCRIPTION",
    "=1",
    "?DESCRIPTION",
  ]);
  t.is(nominate(wanting(...Array<string>(200).fill("SUMMARY"))), null);
  t.not(nominate(wanting("SUMMARY")), null);
});

const filterFor = (inner: string) =>
  filterOf(
    `<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">${inner}</C:comp-filter></C:comp-filter></C:filter>`,
  );

test("an object without a property or part that must be there is no candidate, whatever is asked of it", (t) => {
  const without = keysOfCalendar(calendar(...event("SUMMARY:Lunch")));
  const alarm = ["BEGIN:VALARM", "X-Sound;X-A=1:loud", "END:VALARM"];
  const have = keysOfCalendar(calendar(...event("COMMENT:x", "ATTENDEE:mailto:a@b", ...alarm)));
  const match = '<C:text-match negate-condition="yes">lunch</C:text-match>';
  for (const asked of [
    `<C:prop-filter name="comment">${match}</C:prop-filter>`,
    '<C:prop-filter name="ATTENDEE"><C:param-filter name="PARTSTAT"/></C:prop-filter>',
    '<C:comp-filter name="valarm"/>',
    `<C:comp-filter name="VALARM"><C:prop-filter name="X-SOUND">${match}</C:prop-filter></C:comp-filter>`,
  ]) {
    t.true(nominates(nominate(filterFor(asked)), have), asked);
    t.false(nominates(nominate(filterFor(asked)), without), asked);
  }
  for (const asked of [
    `<C:prop-filter name="SUMMARY">${match}</C:prop-filter>`,
    '<C:prop-filter name="COMMENT"><C:is-not-defined/></C:prop-filter>',
    '<C:comp-filter name="VALARM"><C:is-not-defined/></C:comp-filter>',
  ]) {
    t.is(nominate(filterFor(asked)), null, asked);
  }
});

test("names of any length and characters are keys that a filter asks for", (t) => {
  const name = `X-${"LONG-".repeat(1000)}`;
  const part = [`BEGIN:X-${"É'\\ ".repeat(100)}Z`, `END:X-${"É'\\ ".repeat(100)}Z`];
  const keys = keysOfCalendar(calendar(...event(`${name}:1`, ...part)));
  for (const key of keys) t.true(Buffer.byteLength(key) < 1100, key);
  t.true(nominates(nominate(filterFor(`<C:prop-filter name="${name}"/>`)), keys));
  t.true(nominates(nominate(filterFor(`<C:comp-filter name="x-${"é'\\ ".repeat(100)}z"/>`)), keys));
});
