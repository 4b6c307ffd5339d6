import test from "ava";
import { checkCalendarObject, parseCalendar, splitCalendar } from "../../../dav/icalendar/index.ts";

const zone = (tzid: string) =>
  `BEGIN:VTIMEZONE\nTZID:${tzid}\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n`;
const event = (uid: string, ...lines: string[]) =>
  `BEGIN:VEVENT\n${uid === "" ? "" : `UID:${uid}\n`}DTSTAMP:20260101T000000Z\n${lines.map((line) => `${line}\n`).join("")}END:VEVENT\n`;
const wrap = (...bodies: string[]) =>
  `BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Test//EN\nMETHOD:PUBLISH\nX-WR-CALNAME:All\n${bodies.join("")}END:VCALENDAR\n`;

test("a file comes apart by UID, each part with the zones it needs and its bytes kept", (t) => {
  const first = event(
    "1",
    "DTSTART;TZID=Mine:20260101T100000",
    "RRULE:FREQ=DAILY",
    "DESCRIPTION:folded",
    " here;  and odd",
  );
  const moved = event(
    "1",
    "RECURRENCE-ID;TZID=Mine:20260102T100000",
    "DTSTART;TZID=Yours:20260102T120000",
  );
  const second = event("2", "DTSTART:20260101T100000Z");
  const { objects, refused } = splitCalendar(
    wrap(zone("Mine"), zone("Yours"), zone("Nobody's"), first, second, moved),
  );
  t.deepEqual(refused, []);
  t.deepEqual(objects, [
    {
      uid: "1",
      text: `BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Test//EN\n${zone("Mine")}${zone("Yours")}${first}${moved}END:VCALENDAR\n`,
    },
    {
      uid: "2",
      text: `BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Test//EN\n${second}END:VCALENDAR\n`,
    },
  ]);
});

test("several calendars in one file are taken together", (t) => {
  const { objects } = splitCalendar(
    wrap(event("1", "DTSTART:20260101")) + wrap(event("2", "DTSTART:20260101")),
  );
  t.deepEqual(
    objects.map(({ uid }) => uid),
    ["1", "2"],
  );
});

test("a component without UID gets the same one each time, whatever its DTSTAMP", (t) => {
  const text = wrap(
    event("", "DTSTART:20260101", "SUMMARY:New Year"),
    event("", "DTSTART:20260106"),
  );
  const { objects } = splitCalendar(text);
  const again = splitCalendar(text.replaceAll("DTSTAMP:2026", "DTSTAMP:2027"));
  t.is(objects.length, 2);
  t.deepEqual(
    again.objects.map(({ uid }) => uid),
    objects.map(({ uid }) => uid),
  );
  for (const { uid, text: object } of objects) {
    t.regex(uid, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    t.is(checkCalendarObject(parseCalendar(object)).uid, uid);
  }
});

test("of two versions the newer stays, and repetitions count once", (t) => {
  const older = event("1", "DTSTART:20260101", "SEQUENCE:1", "SUMMARY:older");
  const newer = event("1", "DTSTART:20260101", "SEQUENCE:2", "SUMMARY:newer");
  const { objects } = splitCalendar(wrap(newer, older, newer));
  t.is(objects.length, 1);
  t.true(objects[0]?.text.includes("newer"));
  t.false(objects[0]?.text.includes("older"));
});

test("what cannot be stored is told with its UID, the rest is not lost", (t) => {
  const { objects, refused } = splitCalendar(
    wrap(
      event("1", "DTSTART:soon"),
      event("2", "DTSTART:20260101"),
      event("3", "DTSTART:20260101"),
      event("3", "DTSTART:20260102"),
    ),
  );
  t.deepEqual(
    objects.map(({ uid }) => uid),
    ["2"],
  );
  t.deepEqual(
    refused.map(({ uid, error }) => [uid, error.condition]),
    [
      ["1", "valid-calendar-data"],
      ["3", "valid-calendar-object-resource"],
    ],
  );
});

test("a file that cannot be read is refused as a whole", (t) => {
  t.throws(() => splitCalendar("BEGIN:VCALENDAR\nnonsense\n"), { message: /^Line 2/ });
});
