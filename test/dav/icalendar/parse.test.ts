import test from "ava";
import { CalendarError, checkCalendarObject, parseCalendar } from "../../../dav/icalendar/index.ts";
import type { CalendarCondition, Limits } from "../../../dav/icalendar/index.ts";

function wrap(body: string): string {
  return `BEGIN:VCALENDAR\r\nVERSION:2.0\r\n${body}END:VCALENDAR\r\n`;
}

const EVENT = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260101T000000Z\r\nEND:VEVENT\r\n";

function values(body: string, name: string): unknown[] {
  const [event] = parseCalendar(wrap(`BEGIN:VEVENT\r\n${body}END:VEVENT\r\n`)).components;
  return (event?.properties ?? [])
    .filter((property) => property.name === name)
    .flatMap((property) => property.values);
}

test("text is unfolded, unescaped and told by its line", (t) => {
  const calendar = parseCalendar(
    wrap("BEGIN:VEVENT\r\nSUMMARY:one\\, two\r\n  and\\n\r\n\t three\r\nEND:VEVENT\r\n"),
  );
  const [summary] = calendar.components[0]?.properties ?? [];
  t.deepEqual(summary?.values, ["one, two and\n three"]);
  t.is(summary?.line, 4);
});

test("dirty text is read: Q73", (t) => {
  t.deepEqual(values("summary:bare line feeds\nLOCATION:and more\n", "LOCATION"), ["and more"]);
  t.deepEqual(values("SUMMARY:lone\rLOCATION:returns\r", "LOCATION"), ["returns"]);
  t.deepEqual(values("SUMMARY:blank\r\n\r\n\r\nLOCATION:lines\r\n", "LOCATION"), ["lines"]);
  t.deepEqual(values("SUMMARY:con\u0007trol\u0000\r\n", "SUMMARY"), ["control"]);
  t.deepEqual(values("DESCRIPTION:lost\r\nits fold\r\n", "DESCRIPTION"), ["lost\nits fold"]);
  t.deepEqual(values("DESCRIPTION;ENCODING=QUOTED-PRINTABLE:a=\r\nb\r\n", "DESCRIPTION"), [
    "a=\nb",
  ]);
  t.deepEqual(values("DESCRIPTION;QUOTED-PRINTABLE:a\r\n", "DESCRIPTION"), ["a"]);
  t.deepEqual(values("SUMMARY\r\n\r\n :old Mozilla folds here\r\n", "SUMMARY"), [
    "old Mozilla folds here",
  ]);
  t.deepEqual(values("Summary;Language=en:names in any case\r\n", "SUMMARY"), [
    "names in any case",
  ]);
  t.is(parseCalendar(`\uFEFF\r\n${wrap(EVENT)}\r\n\r\n`).components.length, 1);
});

const BROKEN: readonly [
  title: string,
  text: string,
  condition: CalendarCondition,
  message: RegExp,
][] = [
  ["an empty text", "", "valid-calendar-data", /empty/],
  ["something else", "hello\r\n", "valid-calendar-data", /^Line 1: "hello" stands outside/],
  ["a vCard", "BEGIN:VCARD\r\nEND:VCARD\r\n", "valid-calendar-data", /outside/],
  ["a component alone", EVENT, "valid-calendar-data", /outside/],
  [
    "a text that breaks off",
    wrap(EVENT).slice(0, -16),
    "valid-calendar-data",
    /^Line 1: .*END:VCALENDAR is missing/,
  ],
  [
    "an END that closes another",
    wrap("BEGIN:VEVENT\r\nEND:VTODO\r\n"),
    "valid-calendar-data",
    /^Line 4: END:VTODO does not close VEVENT, which began on line 3/,
  ],
  [
    "a line that is no property",
    wrap("X\r\n"),
    "valid-calendar-data",
    /^Line 3: "X" is not a property/,
  ],
  [
    "a quote that does not end",
    wrap('X-A;B="c:d\r\n'),
    "valid-calendar-data",
    /^Line 3: .*cannot be read/,
  ],
  [
    "two calendars",
    wrap(EVENT) + wrap(EVENT),
    "valid-calendar-object-resource",
    /more than one VCALENDAR/,
  ],
  ["a calendar in a calendar", wrap(wrap(EVENT)), "valid-calendar-data", /inside another/],
  [
    "another version",
    wrap(EVENT).replace("2.0", "1.0"),
    "valid-calendar-data",
    /VERSION should be 2.0, not "1.0"/,
  ],
  [
    "another calendar system",
    wrap(`CALSCALE:CHINESE\r\n${EVENT}`),
    "valid-calendar-data",
    /CALSCALE/,
  ],
  ["a METHOD", wrap(`METHOD:REQUEST\r\n${EVENT}`), "valid-calendar-object-resource", /METHOD/],
  ["no component", wrap(""), "valid-calendar-object-resource", /holds none/],
  [
    "only a zone",
    wrap("BEGIN:VTIMEZONE\r\nTZID:X\r\nEND:VTIMEZONE\r\n"),
    "valid-calendar-object-resource",
    /holds none/,
  ],
  [
    "an unknown component",
    wrap(EVENT.replaceAll("VEVENT", "VPOLL")),
    "supported-calendar-component",
    /"VPOLL"/,
  ],
  [
    "two types",
    wrap(EVENT + EVENT.replaceAll("VEVENT", "VTODO")),
    "valid-calendar-object-resource",
    /VEVENT and VTODO/,
  ],
  [
    "two UIDs",
    wrap(EVENT + EVENT.replace("UID:1", "UID:2")),
    "valid-calendar-object-resource",
    /"1" and "2"/,
  ],
  [
    "no UID",
    wrap(EVENT.replace("UID:1\r\n", "")),
    "valid-calendar-object-resource",
    /^Line 3: The VEVENT has no UID/,
  ],
  [
    "an empty UID",
    wrap(EVENT.replace("UID:1", "UID: ")),
    "valid-calendar-object-resource",
    /no UID/,
  ],
  [
    "a UID too long",
    wrap(EVENT.replace("UID:1", `UID:${"é".repeat(501)}`)),
    "valid-calendar-data",
    /longer than 1000 bytes/,
  ],
  [
    "two masters",
    wrap(EVENT + EVENT),
    "valid-calendar-object-resource",
    /two VEVENT components without RECURRENCE-ID/,
  ],
  [
    "one instance twice",
    wrap(EVENT + EVENT.replace("DT", "RECURRENCE-ID:20260102T000000Z\r\nDT").repeat(2)),
    "valid-calendar-object-resource",
    /two VEVENT components with RECURRENCE-ID "20260102T000000Z"/,
  ],
  [
    "no DTSTART",
    wrap(EVENT.replace("DTSTART:20260101T000000Z\r\n", "")),
    "valid-calendar-data",
    /no DTSTART/,
  ],
  [
    "February 30",
    wrap(EVENT.replace("0101", "0230")),
    "valid-calendar-data",
    /^Line 5: DTSTART "20260230T000000Z" is not a date/,
  ],
  [
    "a wrong EXDATE",
    wrap(EVENT.replace("END:", "EXDATE:20260101,soon\r\nEND:")),
    "valid-calendar-data",
    /EXDATE "soon"/,
  ],
  [
    "a wrong DURATION",
    wrap(EVENT.replace("END:", "DURATION:1h\r\nEND:")),
    "valid-calendar-data",
    /DURATION "1h"/,
  ],
  [
    "a wrong RRULE",
    wrap(EVENT.replace("END:", "RRULE:FREQ=OFTEN\r\nEND:")),
    "valid-calendar-data",
    /^Line 6: In the RRULE, FREQ="OFTEN"/,
  ],
  [
    "hours of a day",
    wrap(EVENT.replace("T000000Z", "").replace("END:", "RRULE:FREQ=HOURLY\r\nEND:")),
    "valid-calendar-data",
    /HOURLY needs a DTSTART with a time/,
  ],
];

for (const [title, text, condition, message] of BROKEN) {
  test(`refused: ${title}`, (t) => {
    const error = t.throws(() => checkCalendarObject(parseCalendar(text)), {
      instanceOf: CalendarError,
    });
    t.is(error?.condition, condition);
    t.regex(error?.message ?? "", message);
  });
}

test("an object is told by its UID and component", (t) => {
  t.deepEqual(checkCalendarObject(parseCalendar(wrap(EVENT))), { uid: "1", component: "VEVENT" });
  const overrides =
    EVENT.replace("DT", "RECURRENCE-ID:20260101T000000Z\r\nDT") +
    EVENT.replace("DT", "RECURRENCE-ID:20260102T000000Z\r\nDT");
  t.is(checkCalendarObject(parseCalendar(wrap(overrides))).uid, "1");
});

test("what is missed by nobody may be missing, and what is unknown may stay: D31", (t) => {
  const accepted = [
    EVENT.replace("END:", "RELATED-TO:2\r\nRELATED-TO:3\r\nX-ANY;X-P=1:y\r\nEND:"),
    EVENT.replace("END:", "RRULE:\r\nEND:"),
    EVENT.replace("END:", "RDATE:\r\nEND:"),
    EVENT.replace("DTSTART:", "DTSTART;TZID=Nowhere Standard Time:").replace("Z", ""),
    `${EVENT}BEGIN:X-EXTRA\r\nX-A:1\r\nEND:X-EXTRA\r\n`,
    EVENT.replaceAll("VEVENT", "VJOURNAL"),
    "BEGIN:VTODO\r\nUID:1\r\nEND:VTODO\r\n",
  ];
  for (const body of accepted) {
    t.notThrows(
      () => checkCalendarObject(parseCalendar(`BEGIN:VCALENDAR\r\n${body}END:VCALENDAR`)),
      body,
    );
  }
});

const LIMITS: readonly [limits: Partial<Limits>, line: string, condition: CalendarCondition][] = [
  [{ minDateTime: Date.UTC(2000, 0, 1) / 1000 }, "RDATE:19990101T000000Z", "min-date-time"],
  [{ maxDateTime: Date.UTC(2030, 0, 1) / 1000 }, "DTEND:20310101T000000Z", "max-date-time"],
  [
    { maxAttendeesPerInstance: 1 },
    "ATTENDEE:mailto:a@b\r\nATTENDEE:mailto:c@d",
    "max-attendees-per-instance",
  ],
  [{ maxInstances: 100 }, "RRULE:FREQ=HOURLY;COUNT=101", "max-instances"],
];

for (const [limits, line, condition] of LIMITS) {
  test(`a limit holds: ${condition}`, (t) => {
    const calendar = parseCalendar(wrap(EVENT.replace("END:", `${line}\r\nEND:`)));
    t.notThrows(() => checkCalendarObject(calendar));
    const error = t.throws(() => checkCalendarObject(calendar, limits), {
      instanceOf: CalendarError,
    });
    t.is(error?.condition, condition);
  });
}
