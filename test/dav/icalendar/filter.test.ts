import test from "ava";
import { matchesCalendar, parseCalendar } from "../../../dav/icalendar/index.ts";
import type {
  ComponentFilter,
  PropertyFilter,
  TextMatch,
  TimeRange,
} from "../../../dav/icalendar/index.ts";

function calendar(...lines: string[]): string {
  return ["BEGIN:VCALENDAR", "VERSION:2.0", ...lines, "END:VCALENDAR", ""].join("\r\n");
}

function component(name: string, ...lines: string[]): string[] {
  return [`BEGIN:${name}`, "UID:1", "DTSTAMP:20260101T000000Z", ...lines, `END:${name}`];
}

function utc(text: string): number {
  const found = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d))?/.exec(text)?.slice(1) ?? [];
  const [year = 0, month = 1, day = 1, ...time] = found.map((digits) => Number(digits ?? 0));
  return Date.UTC(year, month - 1, day, ...time) / 1000;
}

function within(range: string): TimeRange {
  const [start = "", end = ""] = range.split("/");
  return { start: start === "" ? null : utc(start), end: end === "" ? null : utc(end) };
}

function componentFilter(name: string, rest: Partial<ComponentFilter> = {}): ComponentFilter {
  return { name, isNotDefined: false, timeRange: null, properties: [], components: [], ...rest };
}

function propertyFilter(name: string, rest: Partial<PropertyFilter> = {}): PropertyFilter {
  return { name, isNotDefined: false, timeRange: null, textMatch: null, parameters: [], ...rest };
}

function inCalendar(...components: ComponentFilter[]): ComponentFilter {
  return componentFilter("VCALENDAR", { components });
}

function matches(text: string, filter: ComponentFilter, zone: string | null = null): boolean {
  return matchesCalendar(parseCalendar(text), filter, zone);
}

/** RFC 4791 section 9.9; a range is start/end, either of which may be missing. */
const TIME_RANGES: readonly [component: string, lines: string[], yes: string[], no: string[]][] = [
  [
    "VEVENT",
    ["DTSTART:20260110T100000Z", "DTEND:20260110T110000Z"],
    [
      "20260110T105959/20260110T120000",
      "20260110T090000/20260110T100001",
      "/20260110T100001",
      "20260110T105959/",
      "20260110T103000/20260110T103001",
    ],
    [
      "20260110T110000/20260110T120000",
      "20260110T090000/20260110T100000",
      "/20260110T100000",
      "20260110T110000/",
    ],
  ],
  [
    "VEVENT",
    ["DTSTART:20260110T100000Z", "DURATION:PT1H"],
    ["20260110T105959/20260110T120000", "20260110T105959/", "/20260110T100001"],
    ["20260110T110000/20260110T120000", "20260110T110000/", "/20260110T100000"],
  ],
  [
    "VEVENT",
    ["DTSTART:20260110T100000Z", "DURATION:PT0S"],
    ["20260110T100000/20260110T100001", "20260110T090000/20260110T100001"],
    ["20260110T090000/20260110T100000", "20260110T100001/20260110T110000"],
  ],
  [
    "VEVENT",
    ["DTSTART:20260110T100000Z"],
    ["20260110T100000/20260110T100001"],
    ["20260110T090000/20260110T100000", "20260110T100001/20260110T110000"],
  ],
  [
    "VEVENT",
    ["DTSTART:20260110T100000Z", "DTEND:20260110T100000Z"],
    ["20260110T100000/20260110T110000"],
    ["20260110T090000/20260110T100000"],
  ],
  [
    "VEVENT",
    ["DTSTART;VALUE=DATE:20260110"],
    ["20260110T235959/20260111T120000", "20260109T000000/20260110T000001"],
    ["20260111T000000/20260111T120000", "20260109T000000/20260110T000000"],
  ],
  [
    "VEVENT",
    ["DTSTART;VALUE=DATE:20260110", "DTEND;VALUE=DATE:20260112"],
    ["20260111T120000/20260111T130000"],
    ["20260112T000000/20260113T000000"],
  ],
  // COMPAT(Thunderbird): a zero DURATION beside DTEND is nothing (Q45).
  [
    "VEVENT",
    ["DTSTART:20260110T100000Z", "DURATION:PT0S", "DTEND:20260110T110000Z"],
    ["20260110T103000/20260110T104000"],
    [],
  ],
  [
    "VTODO",
    ["DTSTART:20260110T100000Z", "DURATION:PT1H"],
    ["20260110T110000/20260110T120000", "20260110T090000/20260110T100001"],
    ["20260110T110001/20260110T120000", "20260110T090000/20260110T100000"],
  ],
  [
    "VTODO",
    ["DTSTART:20260110T100000Z", "DURATION:PT0S"],
    ["20260110T090000/20260110T100000", "20260110T100000/20260110T110000"],
    ["20260110T090000/20260110T095959", "20260110T100001/20260110T110000"],
  ],
  [
    "VTODO",
    ["DTSTART:20260110T100000Z", "DUE:20260110T110000Z"],
    ["20260110T105959/20260110T120000", "20260110T090000/20260110T100001"],
    ["20260110T110000/20260110T120000", "20260110T090000/20260110T100000"],
  ],
  [
    "VTODO",
    ["DTSTART:20260110T100000Z", "DUE:20260110T100000Z"],
    ["20260110T100000/20260110T120000", "20260110T090000/20260110T100000"],
    ["20260110T100001/20260110T120000", "20260110T090000/20260110T095959"],
  ],
  [
    "VTODO",
    ["DTSTART:20260110T100000Z"],
    ["20260110T100000/20260110T120000", "20260110T090000/20260110T100001"],
    ["20260110T100001/20260110T120000", "20260110T090000/20260110T100000"],
  ],
  [
    "VTODO",
    ["DUE:20260110T100000Z"],
    ["20260110T095959/20260110T120000", "20260110T090000/20260110T100000", "/20260110T100000"],
    ["20260110T100000/20260110T120000", "20260110T090000/20260110T095959", "20260110T100000/"],
  ],
  [
    "VTODO",
    ["CREATED:20260110T100000Z", "COMPLETED:20260112T100000Z"],
    [
      "20260112T100000/20260113T000000",
      "20260101T000000/20260110T100000",
      "20260111T000000/20260111T000001",
    ],
    ["20260112T100001/20260113T000000", "20260101T000000/20260110T095959"],
  ],
  [
    "VTODO",
    ["COMPLETED:20260112T100000Z"],
    ["20260112T100000/20260113T000000", "20260101T000000/20260112T100000"],
    ["20260112T100001/20260113T000000", "20260101T000000/20260112T095959"],
  ],
  [
    "VTODO",
    ["CREATED:20260110T100000Z"],
    ["20300101T000000/20300102T000000", "20260101T000000/20260110T100001"],
    ["20260101T000000/20260110T100000"],
  ],
  [
    "VTODO",
    ["SUMMARY:whenever"],
    ["20260101T000000/20260102T000000", "/20000101T000000", "20990101T000000/"],
    [],
  ],
  [
    "VJOURNAL",
    ["DTSTART:20260110T100000Z"],
    ["20260110T100000/20260110T100001"],
    ["20260110T100001/20260110T110000", "20260110T090000/20260110T100000"],
  ],
  [
    "VJOURNAL",
    ["DTSTART;VALUE=DATE:20260110"],
    ["20260110T230000/20260110T233000"],
    ["20260111T000000/20260112T000000"],
  ],
  ["VJOURNAL", ["SUMMARY:never"], [], ["/20990101T000000", "19000101T000000/"]],
  [
    "VFREEBUSY",
    ["DTSTART:20260110T100000Z", "DTEND:20260110T110000Z"],
    ["20260110T110000/20260110T120000", "20260110T090000/20260110T100001"],
    ["20260110T110001/20260110T120000", "20260110T090000/20260110T100000"],
  ],
  [
    "VFREEBUSY",
    ["FREEBUSY:20260110T100000Z/PT1H,20260112T100000Z/20260112T120000Z"],
    ["20260110T103000/20260110T104000", "20260112T113000/20260113T000000"],
    ["20260110T110000/20260112T100000", "20260112T120000/20260113T000000"],
  ],
  ["VFREEBUSY", ["SUMMARY:nothing"], [], ["/20990101T000000"]],
  [
    "VAVAILABILITY",
    ["DTSTART:20260110T100000Z"],
    ["20990101T000000/20990102T000000"],
    ["20260101T000000/20260110T100000"],
  ],
  [
    "VEVENT",
    [
      "DTSTART:20260105T100000Z",
      "DTEND:20260105T110000Z",
      "RRULE:FREQ=WEEKLY",
      "EXDATE:20260112T100000Z",
    ],
    ["20260119T103000/20260119T104000", "90000101T000000/90000115T000000", "20260101T000000/"],
    ["20260112T000000/20260113T000000", "20260106T000000/20260112T000000", "/20260105T000000"],
  ],
  [
    "VEVENT",
    [
      "DTSTART:20260105T100000Z",
      "RDATE;VALUE=PERIOD:20260201T000000Z/P2D,20260301T000000Z/20260301T060000Z",
    ],
    [
      "20260202T120000/20260202T130000",
      "20260301T050000/20260301T060000",
      "20260105T100000/20260105T100001",
    ],
    ["20260203T000000/20260301T000000", "20260301T060000/20260401T000000"],
  ],
  // COMPAT(GNOME, KDE): EXDATE of type DATE in a timed series takes the instance of that day (Q61).
  [
    "VEVENT",
    [
      "DTSTART;TZID=Europe/Berlin:20260105T003000",
      "RRULE:FREQ=DAILY;COUNT=3",
      "EXDATE;VALUE=DATE:20260106",
    ],
    ["20260104T233000/20260104T233001", "20260106T233000/20260107T000000"],
    ["20260105T000000/20260106T233000"],
  ],
  // COMPAT(iPhone): UNTIL without Z is local time (Q28).
  [
    "VEVENT",
    ["DTSTART;TZID=America/New_York:20260105T200000", "RRULE:FREQ=DAILY;UNTIL=20260107T200000"],
    ["20260108T010000/20260108T010001"],
    ["20260108T010001/20260201T000000"],
  ],
  [
    "VEVENT",
    ["DTSTART;TZID=America/New_York:20260105T200000", "RRULE:FREQ=DAILY;UNTIL=20260107"],
    ["20260108T010000/20260108T010001"],
    ["20260108T010001/20260201T000000"],
  ],
  [
    "VTODO",
    ["DUE;VALUE=DATE:20260105", "RRULE:FREQ=MONTHLY;COUNT=3"],
    ["20260304T230000/20260305T000000"],
    ["20260305T000000/20270101T000000"],
  ],
  [
    "VTODO",
    ["DTSTART:20260105T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3"],
    ["20260107T110000/20260108T000000"],
    ["20260107T110001/20260108T000000"],
  ],
];

for (const [index, [name, lines, yes, no]] of TIME_RANGES.entries()) {
  test(`time-range ${index}: ${name} ${lines.join(" ").slice(0, 90)}`, (t) => {
    const text = calendar(...component(name, ...lines));
    for (const range of [...yes, ...no]) {
      const filter = inCalendar(componentFilter(name, { timeRange: within(range) }));
      t.is(matches(text, filter), yes.includes(range), range);
    }
  });
}

const MOVED = calendar(
  ...component(
    "VEVENT",
    "DTSTART;TZID=Europe/Berlin:20260105T100000",
    "DURATION:PT1H",
    "RRULE:FREQ=DAILY",
    "SUMMARY:Series",
  ),
  ...component(
    "VEVENT",
    "RECURRENCE-ID;TZID=Europe/Berlin:20260107T100000",
    "DTSTART;TZID=Europe/Berlin:20260301T200000",
    "DURATION:PT2H",
    "SUMMARY:Moved",
  ),
  ...component(
    "VEVENT",
    "RECURRENCE-ID;RANGE=THISANDFUTURE:20260110T090000Z",
    "DTSTART;TZID=Europe/Berlin:20260110T150000",
    "DURATION:PT30M",
    "SUMMARY:Later",
  ),
);

function movedAt(range: string, summary?: string): boolean {
  const text = { text: summary ?? "", collation: "i;octet", negate: false } as const;
  const properties = summary === undefined ? [] : [propertyFilter("SUMMARY", { textMatch: text })];
  return matches(
    MOVED,
    inCalendar(componentFilter("VEVENT", { timeRange: within(range), properties })),
  );
}

test("an override takes its instance away from the series and brings its own", (t) => {
  t.true(movedAt("20260106T090000/20260106T093000"));
  t.false(movedAt("20260107T000000/20260108T000000"));
  t.true(movedAt("20260301T203000/20260301T204000"));
  t.false(movedAt("20260301T203000/20260301T204000", "Series"));
  t.true(movedAt("20260301T203000/20260301T204000", "Moved"));
  t.false(movedAt("20260111T090000/20260111T100000"));
  t.true(movedAt("20260111T140000/20260111T140001", "Later"));
  t.false(movedAt("20260111T143000/20260112T000000"));
  t.false(movedAt("20260111T140000/20260111T140001", "Series"));
});

test("floating times and dates are read in the zone of the query", (t) => {
  const text = calendar(...component("VEVENT", "DTSTART:20260110T100000", "DURATION:PT1H"));
  const filter = inCalendar(
    componentFilter("VEVENT", { timeRange: within("20260110T090000/20260110T093000") }),
  );
  t.false(matches(text, filter));
  t.true(matches(text, filter, "Europe/Berlin"));
  const day = calendar(...component("VEVENT", "DTSTART;VALUE=DATE:20260110"));
  const evening = inCalendar(
    componentFilter("VEVENT", { timeRange: within("20260111T020000/20260111T030000") }),
  );
  t.false(matches(day, evening, "Europe/Berlin"));
  t.true(matches(day, evening, "America/New_York"));
  const vtimezone = calendar(
    "BEGIN:VTIMEZONE",
    "TZID:Mine",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:-0500",
    "TZOFFSETTO:-0500",
    "END:STANDARD",
    "END:VTIMEZONE",
  );
  t.true(matches(day, evening, vtimezone));
});

const ALARMED = (trigger: string, ...more: string[]) =>
  calendar(
    ...component(
      "VEVENT",
      "DTSTART:20260110T100000Z",
      "DTEND:20260110T110000Z",
      "RRULE:FREQ=DAILY;COUNT=3",
      "BEGIN:VALARM",
      "ACTION:DISPLAY",
      trigger,
      ...more,
      "END:VALARM",
    ),
  );

function goesOff(text: string, range: string): boolean {
  const alarm = componentFilter("VALARM", { timeRange: within(range) });
  return matches(text, inCalendar(componentFilter("VEVENT", { components: [alarm] })));
}

test("a time-range on VALARM asks when it goes off", (t) => {
  t.true(goesOff(ALARMED("TRIGGER:-PT15M"), "20260112T094500/20260112T094501"));
  t.false(goesOff(ALARMED("TRIGGER:-PT15M"), "20260112T094501/20260112T100000"));
  t.false(goesOff(ALARMED("TRIGGER:-PT15M"), "20260113T000000/20260114T000000"));
  t.true(goesOff(ALARMED("TRIGGER;RELATED=END:PT5M"), "20260110T110500/20260110T110501"));
  t.true(
    goesOff(ALARMED("TRIGGER;VALUE=DATE-TIME:20260101T000000Z"), "20260101T000000/20260101T000001"),
  );
  t.false(
    goesOff(ALARMED("TRIGGER;VALUE=DATE-TIME:20260101T000000Z"), "20260110T000000/20260120T000000"),
  );
  const repeating = ALARMED("TRIGGER:-P1D", "REPEAT:2", "DURATION:PT10M");
  t.true(goesOff(repeating, "20260109T102000/20260109T102001"));
  t.false(goesOff(repeating, "20260109T102001/20260110T100000"));
  t.true(goesOff(ALARMED("TRIGGER:-P30D"), "20251211T100000/20251211T100001"));
});

const RICH = calendar(
  "BEGIN:VTIMEZONE",
  "TZID:X",
  "END:VTIMEZONE",
  ...component(
    "VEVENT",
    "DTSTART:20260110T100000Z",
    "SUMMARY:Straße\\, Café",
    "CATEGORIES:Work,Family",
    'ATTENDEE;CN="Alice A";PARTSTAT=NEEDS-ACTION:mailto:alice@example.com',
    "ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:bob@example.com",
    "LAST-MODIFIED:20260105T000000Z",
  ),
);

function hasText(
  property: string,
  text: string,
  rest: { collation?: "i;octet" | "i;unicode-casemap" | "i;ascii-casemap"; negate?: boolean } = {},
): boolean {
  const textMatch = {
    text,
    collation: rest.collation ?? "i;ascii-casemap",
    negate: rest.negate ?? false,
  } as const;
  return matches(
    RICH,
    inCalendar(
      componentFilter("VEVENT", { properties: [propertyFilter(property, { textMatch })] }),
    ),
  );
}

test("text-match finds a part of the unescaped value under each collation", (t) => {
  t.true(hasText("SUMMARY", "e, caf"));
  t.true(hasText("summary", "STRA"));
  t.false(hasText("SUMMARY", "STRA", { collation: "i;octet" }));
  t.true(hasText("SUMMARY", "Stra", { collation: "i;octet" }));
  t.false(hasText("SUMMARY", "CAFÉ"));
  t.true(hasText("SUMMARY", "CAFÉ", { collation: "i;unicode-casemap" }));
  t.true(hasText("CATEGORIES", "fam"));
  t.false(hasText("CATEGORIES", "play"));
  t.true(hasText("ATTENDEE", "mailto:BOB"));
  t.true(hasText("DTSTART", "20260110T"));
  t.true(hasText("SUMMARY", "zebra", { negate: true }));
  t.false(hasText("SUMMARY", "Caf", { negate: true }));
  t.false(hasText("LOCATION", "zebra", { negate: true }));
  t.true(hasText("ATTENDEE", "alice", { negate: true }));
});

function eventHas(...filters: PropertyFilter[]): boolean {
  return matches(RICH, inCalendar(componentFilter("VEVENT", { properties: filters })));
}

function part(text: string): TextMatch {
  return { text, collation: "i;ascii-casemap", negate: false };
}

test("prop-filter and param-filter test existence, absence and one property at a time", (t) => {
  t.true(eventHas(propertyFilter("SUMMARY")));
  t.false(eventHas(propertyFilter("LOCATION")));
  t.true(eventHas(propertyFilter("LOCATION", { isNotDefined: true })));
  t.false(eventHas(propertyFilter("SUMMARY", { isNotDefined: true })));
  t.false(eventHas(propertyFilter("SUMMARY"), propertyFilter("LOCATION")));
  const partstat = (value: string, attendee: string) =>
    propertyFilter("ATTENDEE", {
      textMatch: part(attendee),
      parameters: [{ name: "partstat", isNotDefined: false, textMatch: part(value) }],
    });
  t.true(eventHas(partstat("NEEDS", "alice")));
  t.false(eventHas(partstat("NEEDS", "bob")));
  t.true(
    eventHas(
      propertyFilter("ATTENDEE", {
        textMatch: part("bob"),
        parameters: [{ name: "CN", isNotDefined: true, textMatch: null }],
      }),
    ),
  );
  t.false(
    eventHas(
      propertyFilter("ATTENDEE", {
        textMatch: part("alice"),
        parameters: [{ name: "CN", isNotDefined: true, textMatch: null }],
      }),
    ),
  );
  t.false(
    eventHas(
      propertyFilter("ATTENDEE", {
        parameters: [{ name: "constructor", isNotDefined: false, textMatch: null }],
      }),
    ),
  );
  t.true(
    eventHas(
      propertyFilter("LAST-MODIFIED", { timeRange: within("20260105T000000/20260105T000001") }),
    ),
  );
  t.false(
    eventHas(
      propertyFilter("LAST-MODIFIED", { timeRange: within("20260105T000001/20260106T000000") }),
    ),
  );
  t.false(
    eventHas(propertyFilter("SUMMARY", { timeRange: within("19000101T000000/21000101T000000") })),
  );
});

test("a time-range on a property looks at each of its dates and periods", (t) => {
  const series = calendar(
    "BEGIN:VEVENT",
    "UID:1",
    "DTSTART:20260105T100000Z",
    "RRULE:FREQ=DAILY",
    "EXDATE:20260107T100000Z,20260109T100000Z",
    "RDATE;VALUE=PERIOD:20260112T180000Z/PT1H,20260114T180000Z/20260114T200000Z",
    "END:VEVENT",
  );
  const has = (name: string, range: string) =>
    matches(
      series,
      inCalendar(
        componentFilter("VEVENT", {
          properties: [propertyFilter(name, { timeRange: within(range) })],
        }),
      ),
    );
  t.true(has("EXDATE", "20260109T000000/20260110T000000"));
  t.false(has("EXDATE", "20260108T000000/20260109T000000"));
  t.true(has("RDATE", "20260114T193000/20260114T194500"));
  t.false(has("RDATE", "20260112T190000/20260114T180000"));
});

test("comp-filter tests existence and absence at each level", (t) => {
  t.true(matches(RICH, inCalendar()));
  t.false(matches(RICH, componentFilter("VCARD")));
  t.true(matches(RICH, inCalendar(componentFilter("VTODO", { isNotDefined: true }))));
  t.false(matches(RICH, inCalendar(componentFilter("VEVENT", { isNotDefined: true }))));
  t.false(matches(RICH, inCalendar(componentFilter("VEVENT"), componentFilter("VTODO"))));
  t.true(matches(RICH, inCalendar(componentFilter("VEVENT"), componentFilter("VTIMEZONE"))));
  t.true(
    matches(
      RICH,
      inCalendar(
        componentFilter("VEVENT", {
          components: [componentFilter("VALARM", { isNotDefined: true })],
        }),
      ),
    ),
  );
  t.false(matches(RICH, inCalendar(componentFilter("VTIMEZONE", { timeRange: within("/") }))));
});
