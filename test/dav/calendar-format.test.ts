import test from "ava";
import { AS_STORED, formatCalendar } from "../../dav/calendar-format.ts";

const TEXT = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  "BEGIN:VEVENT",
  "UID:1",
  "DTSTART;TZID=Europe/Berlin:20261124T100000",
  "RRULE:FREQ=MONTHLY;BYDAY=-1FR,MO;COUNT=3;BYMONTH=1;UNTIL=20270101T000000Z",
  "SUMMARY:Coffee\\, tea",
  "CATEGORIES:a,b",
  "GEO:1.5;2.5",
  'ATTENDEE;RSVP=TRUE;MEMBER="mailto:g@x":mailto:a@x',
  "RDATE;VALUE=PERIOD:20261124T100000Z/PT1H",
  "END:VEVENT",
  "END:VCALENDAR",
  "",
].join("\r\n");

test("text is what was stored", (t) => {
  t.is(formatCalendar(TEXT, "text/calendar", AS_STORED), TEXT);
});

test("jCal is what RFC 7265 says", (t) => {
  t.deepEqual(JSON.parse(formatCalendar(TEXT, "application/calendar+json", AS_STORED)), [
    "vcalendar",
    [["version", {}, "text", "2.0"]],
    [
      [
        "vevent",
        [
          ["uid", {}, "text", "1"],
          ["dtstart", { tzid: "Europe/Berlin" }, "date-time", "2026-11-24T10:00:00"],
          [
            "rrule",
            {},
            "recur",
            {
              freq: "MONTHLY",
              byday: ["-1FR", "MO"],
              count: 3,
              bymonth: 1,
              until: "2027-01-01T00:00:00Z",
            },
          ],
          ["summary", {}, "text", "Coffee, tea"],
          ["categories", {}, "text", "a", "b"],
          ["geo", {}, "float", [1.5, 2.5]],
          ["attendee", { rsvp: "TRUE", member: "mailto:g@x" }, "cal-address", "mailto:a@x"],
          ["rdate", {}, "period", ["2026-11-24T10:00:00Z", "PT1H"]],
        ],
        [],
      ],
    ],
  ]);
});

test("xCal is what RFC 6321 says", (t) => {
  const xml = formatCalendar(TEXT, "application/calendar+xml", AS_STORED).replaceAll("xcal:", "");
  const parts = [
    "<vcalendar><properties><version><text>2.0</text></version></properties><components><vevent>",
    "<dtstart><parameters><tzid><text>Europe/Berlin</text></tzid></parameters>" +
      "<date-time>2026-11-24T10:00:00</date-time></dtstart>",
    "<recur><freq>MONTHLY</freq><byday>-1FR</byday><byday>MO</byday><count>3</count>",
    "<categories><text>a</text><text>b</text></categories>",
    "<geo><latitude>1.5</latitude><longitude>2.5</longitude></geo>",
    "<rsvp><boolean>true</boolean></rsvp><member><cal-address>mailto:g@x</cal-address></member>",
    "<period><start>2026-11-24T10:00:00Z</start><duration>PT1H</duration></period>",
  ];
  t.deepEqual(
    parts.filter((part) => !xml.includes(part)),
    [],
  );
});
