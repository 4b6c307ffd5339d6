import test from "ava";
import * as fc from "fast-check";
import { COLLATIONS, contains } from "../../../dav/icalendar/collation.ts";
import {
  keysOfCalendar,
  matchesCalendar,
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
        for (const calendar of objects.map((object) => parseCalendar(textOf(object)))) {
          const keys = keysOfCalendar(calendar);
          for (const filter of filters) {
            if (nominates(nominate(filter), keys)) continue;
            spared += 1;
            if (matchesCalendar(calendar, filter, null)) return false;
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

test("the texts that clients search in are keys, those of alarms and zones are not", (t) => {
  const alarm = ["BEGIN:VALARM", "DESCRIPTION:Reminder", "END:VALARM"];
  const keys = keysOfCalendar(
    calendar(
      ...event("SUMMARY:Zoë", "CATEGORIES:a,b", "COMMENT:no", ...alarm),
      ...event("SUMMARY:Zoë", "RECURRENCE-ID:20260101"),
    ),
  );
  t.deepEqual(keys, ["=1", "=ZOE", "=OE", "=E", "=A,B", "=,B", "=B"]);
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
    "=1",
    "?DESCRIPTION",
  ]);
  t.is(nominate(wanting(...Array<string>(200).fill("SUMMARY"))), null);
  t.not(nominate(wanting("SUMMARY")), null);
  t.is(nominate(wanting("COMMENT")), null);
});
