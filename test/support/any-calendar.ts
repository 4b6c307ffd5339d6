/** Random calendar objects and filters for them, close enough in time and words to meet. */
import * as fc from "fast-check";
import { WEEKDAYS, type Parts } from "../dav/icalendar/bruteforce.ts";
import type {
  Alarm,
  Part,
  PlainFilter,
  PlainObject,
  PlainProperty,
  PlainText,
} from "./plain-calendar.ts";

const DAY = 86_400;
const at = (text: string) => Date.parse(text) / 1000;
const MINUTE = 60;

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const moment = fc
  .integer({ min: at("2025-01-01T00:00Z") / MINUTE, max: at("2026-12-31T00:00Z") / MINUTE })
  .map((minute) => minute * MINUTE);

const NOTHING = {
  byMonth: [],
  byMonthDay: [],
  byYearDay: [],
  byWeekNo: [],
  byDay: [],
  byHour: [],
  bySetPos: [],
};
const rule: fc.Arbitrary<Parts> = fc
  .record({
    freq: fc.constantFrom("YEARLY", "MONTHLY", "WEEKLY", "DAILY"),
    interval: fc.constantFrom(1, 2),
    days: fc.subarray(WEEKDAYS, { maxLength: 2 }),
    last: fc.boolean(),
  })
  .map(({ freq, interval, days, last }) => ({
    ...NOTHING,
    freq,
    interval,
    wkst: "MO",
    byDay: freq === "YEARLY" ? [] : days.map((day) => ({ nth: freq === "MONTHLY" ? -1 : 0, day })),
    byMonthDay: freq === "MONTHLY" && days.length === 0 && last ? [-1, 31] : [],
  }));

const WORDS = ["Board meeting", "board, lunch", "Zürich", "ZÜRICH; Café", "café", "x"] as const;
const texts = fc.record(
  {
    SUMMARY: fc.constantFrom(...WORDS).map((word) => [word]),
    LOCATION: fc.constantFrom(...WORDS).map((word) => [word]),
    DESCRIPTION: fc
      .record({ word: fc.constantFrom(...WORDS), long: fc.boolean() })
      // Longer than what is searched by keys.
      .map(({ word, long }) => [long ? `${"so it goes on. ".repeat(80)}${word}` : word]),
    CATEGORIES: fc.subarray([...WORDS], { minLength: 1, maxLength: 3 }),
    STATUS: fc.constant(["CONFIRMED"]),
    COMMENT: fc.constantFrom(...WORDS).map((word) => [word]),
    "X-ROOM": fc.constant(["Board"]),
  },
  { requiredKeys: [] },
);

const alarm: fc.Arbitrary<Alarm> = fc.oneof(
  fc.record({
    when: fc.record({
      from: fc.constantFrom("START", "END"),
      // Whole days would follow the clock.
      offset: fc.constantFrom(-900, 0, 3600, -90_000),
    }),
  }),
  moment.map((when) => ({ when: { at: when } })),
);

const LENGTHS = [0, 1800, 5400, DAY, 3 * DAY, 40 * DAY];

function part(component: PlainObject["component"]): fc.Arbitrary<Part> {
  return fc
    .record({
      kind: fc.constantFrom("utc", "zoned", "floating", "date"),
      moment,
      shape: fc.constantFrom("start", "end", "duration", "due", "undated"),
      length: fc.constantFrom(...LENGTHS),
      completed: maybe(moment),
      created: maybe(moment),
      texts,
      attendee: maybe(
        fc.record({
          address: fc.constantFrom("mailto:ann@example.org", "mailto:bob@example.org"),
          partstat: maybe(fc.constantFrom("ACCEPTED", "NEEDS-ACTION")),
        }),
      ),
      alarm: maybe(alarm),
    })
    .map(({ moment: when, shape, length, kind, ...rest }) => {
      const isTask = component === "VTODO";
      const start = kind === "date" ? when - (when % DAY) : when;
      const undated = component === "VJOURNAL" || isTask ? shape === "undated" : false;
      const own = {
        ...rest,
        kind,
        start: undated || (isTask && shape === "due") ? null : start,
        end: endOf(shape, component, kind, length, start),
      };
      if (component === "VFREEBUSY") {
        const end = { by: "end", seconds: Math.max(length, 1800) } as const;
        return { ...own, kind: "utc", end, alarm: null, texts: {} } as const;
      }
      return { ...own, alarm: component === "VEVENT" ? own.alarm : null };
    });
}

function endOf(
  shape: string,
  component: PlainObject["component"],
  kind: Part["kind"],
  length: number,
  start: number,
): Part["end"] {
  const seconds = kind === "date" ? Math.max(DAY, length - (length % DAY)) : length;
  if (component === "VTODO" && shape === "due") return { by: "end", seconds: start };
  if (component === "VJOURNAL" || shape === "start" || shape === "undated" || shape === "due")
    return null;
  if (shape === "duration") return { by: "duration", seconds };
  return { by: "end", seconds: Math.max(seconds, 1800) };
}

const COMPONENTS = ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"] as const;

/** An object of any component, kind of time and shape, perhaps a series with an exception and an override. */
export const anyObject: fc.Arbitrary<PlainObject> = fc
  .constantFrom(...COMPONENTS, "VEVENT" as const, "VTODO" as const)
  .chain((component) =>
    fc.record({
      uid: fc.uuid(),
      component: fc.constant(component),
      master: part(component),
      rule: maybe(fc.record({ parts: rule, count: maybe(fc.constantFrom(2, 5, 70)) })),
      exdate: maybe(fc.integer({ min: 0, max: 4 })),
      override: maybe(fc.record({ index: fc.integer({ min: 0, max: 4 }), part: part(component) })),
    }),
  )
  .map((object) => {
    const { master, component } = object;
    const recurs = object.rule !== null && master.start !== null && component !== "VFREEBUSY";
    const { override } = object;
    // An override has the kind of its master, and a start.
    const fits =
      override !== null && override.part.kind === master.kind && override.part.start !== null;
    const isApart = override?.index !== object.exdate;
    return {
      ...object,
      rule: recurs ? object.rule : null,
      exdate: recurs ? object.exdate : null,
      override: recurs && fits && isApart ? override : null,
    };
  });

/** A range of a minute to a quarter of a year, perhaps open. */
const anyRange = fc
  .record({
    from: moment,
    length: fc.constantFrom(MINUTE, 3600, DAY, 31 * DAY, 92 * DAY),
    open: fc.constantFrom("", "", "start", "end"),
  })
  .map(({ from, length, open }) => ({
    start: open === "start" ? null : from,
    end: open === "end" ? null : from + length,
  }));

const text: fc.Arbitrary<PlainText> = fc.record({
  text: fc.constantFrom("board", "BOARD", "zürich", "ZÜRICH", "Café", "d, l", "x", "ann@", "firm"),
  collation: fc.constantFrom("i;ascii-casemap", "i;octet", "i;unicode-casemap"),
  negate: fc.boolean(),
});

const property = (uids: readonly string[]): fc.Arbitrary<PlainProperty> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        name: fc.constantFrom(
          "SUMMARY",
          "LOCATION",
          "DESCRIPTION",
          "CATEGORIES",
          "STATUS",
          "ATTENDEE",
          "COMMENT",
          "X-ROOM",
        ),
        test: fc.oneof(fc.constantFrom("defined", "not-defined"), text),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        name: fc.constant("ATTENDEE"),
        test: fc.record({
          partstat: fc.oneof(
            fc.constant("not-defined" as const),
            text.map((match) => ({ ...match, text: "needs" })),
          ),
        }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        name: fc.constant("UID"),
        test: fc.record({
          text: fc.constantFrom(...uids).map((uid) => uid.slice(2, 12).toUpperCase()),
          collation: fc.constantFrom("i;ascii-casemap", "i;octet", "i;unicode-casemap"),
          negate: fc.boolean(),
        }),
      }),
    },
  );

/** A filter for objects of which some have these UIDs. */
export function anyFilter(uids: readonly string[]): fc.Arbitrary<PlainFilter> {
  return fc.record({
    component: fc.constantFrom(...COMPONENTS, "VEVENT", "VTODO"),
    isNotDefined: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    range: maybe(anyRange),
    properties: fc.oneof(fc.constant([]), fc.array(property(uids), { maxLength: 2 })),
    alarm: fc.oneof(
      { weight: 5, arbitrary: fc.constant("none" as const) },
      { weight: 2, arbitrary: fc.constantFrom("defined", "not-defined") },
      { weight: 2, arbitrary: anyRange },
    ),
  });
}
