import { interesting, mutateText } from "./mutate-text.ts";
import type { Random } from "./random.ts";

/** Lines that make objects hard to read, to expand or to convert. */
const LINES: readonly string[] = [
  "RRULE:FREQ=SECONDLY",
  "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
  "RRULE:FREQ=MONTHLY;BYDAY=-5MO;BYSETPOS=366",
  "RRULE:FREQ=DAILY;INTERVAL=99999999;COUNT=2",
  "RRULE:FREQ=WEEKLY;UNTIL=99991231T235959Z;BYDAY=MO,TU,WE,TH,FR,SA,SU",
  "RRULE:FREQ=YEARLY;BYYEARDAY=-366;BYHOUR=0,1,2,3,4,5;BYMINUTE=0,1,2;BYSECOND=60",
  "RRULE:FREQ=HOURLY;BYWEEKNO=53;WKST=SU",
  "RRULE:",
  "RRULE:RSCALE=CHINESE;FREQ=YEARLY;SKIP=FORWARD",
  "EXDATE:19000101T000000Z,99991231T235959Z",
  "RDATE;VALUE=PERIOD:20260101T000000Z/P1D,20260101T000000Z/20250101T000000Z",
  "RECURRENCE-ID;RANGE=THISANDFUTURE:20260102T100000Z",
  "DTSTART;VALUE=DATE:00010101",
  "DTSTART;TZID=Europe/Berlin:20260329T023000",
  "DTSTART;TZID=W. Europe Standard Time:20261025T023000",
  "DTSTART:99991231T235959Z",
  "DTEND:00010101T000000Z",
  "DURATION:-P1D",
  "DURATION:P99999W",
  "TRIGGER;RELATED=END:-P99999999999D",
  "BEGIN:VALARM",
  "END:VALARM",
  "BEGIN:VTIMEZONE",
  "END:VCALENDAR",
  "END:VCARD",
  "BEGIN:VCARD",
  "VERSION:4.0",
  "VERSION:2.1",
  'ATTENDEE;CN="a;b":mailto:a@b',
  "FREEBUSY;FBTYPE=BUSY:20260101T000000Z/PT1H,x",
  "N:;;;;;;;;",
  "BDAY;VALUE=date-and-or-time:--0229",
  "BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-30",
  "item1.X-ABDATE:--12",
  "item1.X-ABLabel:_$!<Anniversary>!$_",
  "PHOTO;ENCODING=b;TYPE=JPEG:====",
  "PHOTO:data:image/png;base64,%%%",
  'TEL;TYPE="a,b",c;PREF=101:\\n\\,\\;\\x',
  "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:x",
  "REV:x",
  "CATEGORIES:a\\,b,,,",
  "NOTE;LANGUAGE=:^n^^^'",
  "A".repeat(3000),
  ":",
  ";",
  " folded",
];

type Change = (lines: string[], at: number, random: Random, pool: readonly string[]) => string[];

const CHANGES: readonly Change[] = [
  (lines, at) => lines.toSpliced(at, 1),
  (lines, at) => lines.toSpliced(at, 0, lines[at] ?? ""),
  (lines, at, random) => lines.toSpliced(at, 0, random.pick(LINES)),
  (lines, at, random) => lines.toSpliced(at, 1, random.pick(LINES)),
  (lines, at, random, pool) => lines.toSpliced(at, 0, random.pick(pool)),
  (lines, at, random) => lines.toSpliced(at, 1, lines[random.below(lines.length)] ?? ""),
  (lines, at, random, pool) => lines.toSpliced(at, 1, mutateText(lines[at] ?? "", random, pool)),
  (lines, at, random) => {
    const value = (lines[at] ?? "").replace(/:.*$/, `:${interesting(random)}`);
    return lines.toSpliced(at, 1, value);
  },
  (lines, at, random) => {
    const parameter = (lines[at] ?? "").replace(
      /[:;]/,
      (sign) => `;X=${interesting(random)}${sign}`,
    );
    return lines.toSpliced(at, 1, parameter);
  },
  (lines, at, random) => {
    const block = lines.slice(at, at + 1 + random.below(8));
    return [
      ...lines.slice(0, at),
      ...Array(1 + random.below(40))
        .fill(block)
        .flat(),
      ...lines.slice(at),
    ];
  },
];

/** Changes an iCalendar or vCard text line by line, in one to five places. */
export function mutateLines(text: string, random: Random, pool: readonly string[]): string {
  let lines = text.split(/\r?\n/);
  for (let times = 1 + random.below(5); times > 0; times--) {
    lines = random.pick(CHANGES)(lines, random.below(lines.length), random, pool);
  }
  return lines.join(random.chance(0.9) ? "\r\n" : "\n");
}
