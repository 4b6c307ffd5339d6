import test from "ava";
import { joinCalendars, parseCalendar, splitCalendar } from "../../../dav/icalendar/index.ts";

const zone = (tzid: string, offset: string) =>
  `BEGIN:VTIMEZONE\r\nTZID:${tzid}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:${offset}\r\nTZOFFSETTO:${offset}\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n`;
const event = (uid: string) =>
  `BEGIN:VEVENT\nUID:${uid}\nDTSTAMP:20260101T000000Z\nDTSTART;TZID=X:20260101T100000\nSUMMARY:ä\\, long\n er\nEND:VEVENT\n`;
const calendar = (...parts: string[]) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x\r\n${parts.join("")}END:VCALENDAR`;

test("a file of many objects has each component as stored and each zone once", (t) => {
  const texts = [
    calendar(zone("X", "+0100"), event("1")),
    calendar(zone("X", "+0200"), zone("Y", "+0300"), event("2")),
  ];
  const joined = joinCalendars(texts, "Ann's; long\ncalendar, of an annalist with many days");
  const { components, properties } = parseCalendar(joined);
  t.deepEqual(
    components.map(({ name }) => name),
    ["VTIMEZONE", "VTIMEZONE", "VEVENT", "VEVENT"],
  );
  t.true(joined.includes(zone("X", "+0100")));
  t.true(joined.includes(event("1").replace(/\n$/, "\r\n")));
  t.is(properties.length, 3);
  const title = "Ann's\\; long\\ncalendar\\, of an annalist with many days";
  t.is(properties[2]?.text, `X-WR-CALNAME:${title}`);
  t.deepEqual(
    splitCalendar(joined).objects.map(({ uid }) => uid),
    ["1", "2"],
  );
  for (const line of joined.split(/\r?\n/)) t.true(Buffer.byteLength(line) <= 75);
});

test("no objects give an empty calendar", (t) => {
  t.is(parseCalendar(joinCalendars([], "x")).components.length, 0);
});
