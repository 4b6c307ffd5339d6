import test from "ava";
import * as fc from "fast-check";
import { deepStrictEqual } from "node:assert";
import { recurrences } from "../../../dav/icalendar/recurrence.ts";
import { readRule } from "../../../dav/icalendar/rule.ts";
import { readTime } from "../../../dav/icalendar/value.ts";
import { bruteForce, toRule, WEEKDAYS } from "./bruteforce.ts";
import type { Parts } from "./bruteforce.ts";
import { processorTime } from "../../support/processor.ts";
import { holds } from "../../support/property.ts";

function expand(rule: string, start: string, most: number, from?: string): string[] {
  const parsed = readRule(rule);
  const dtstart = readTime(start);
  if (dtstart === null) throw new Error(start);
  const until = parsed.until?.wall ?? null;
  const recurrence = { rule: parsed, start: dtstart.wall, date: dtstart.date, until };
  const found: string[] = [];
  const earliest = from === undefined ? dtstart.wall : (readTime(from)?.wall ?? 0);
  for (const wall of recurrences(recurrence, earliest)) {
    found.push(format(wall, dtstart.date));
    if (found.length >= most) break;
  }
  return found;
}

function format(wall: number, date: boolean): string {
  const text = new Date(wall * 1000).toISOString().replace(/[-:]|\.000Z/g, "");
  return date ? text.slice(0, 8) : text;
}

/** RFC 5545 section 3.8.5.3, with the expected dates of DTSTART's time, or the times written out. */
const EXAMPLES: readonly [title: string, start: string, rule: string, expected: string][] = [
  [
    "daily for 10",
    "19970902T090000",
    "FREQ=DAILY;COUNT=10",
    "0902 0903 0904 0905 0906 0907 0908 0909 0910 0911",
  ],
  ["every other day", "19970902T090000", "FREQ=DAILY;INTERVAL=2", "0902 0904 0906 0908"],
  [
    "every 10 days, 5 times",
    "19970902T090000",
    "FREQ=DAILY;INTERVAL=10;COUNT=5",
    "0902 0912 0922 1002 1012",
  ],
  [
    "every day in January",
    "19980101T090000",
    "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
    "19980101 19980102 19980103",
  ],
  [
    "the same, daily",
    "19980130T090000",
    "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1",
    "19980130 19980131 19990101 19990102",
  ],
  [
    "weekly for 10",
    "19970902T090000",
    "FREQ=WEEKLY;COUNT=10",
    "0902 0909 0916 0923 0930 1007 1014 1021 1028 1104",
  ],
  [
    "weekly until December 24",
    "19971209T090000",
    "FREQ=WEEKLY;UNTIL=19971224T000000Z",
    "1209 1216 1223",
  ],
  ["every other week", "19970902T090000", "FREQ=WEEKLY;INTERVAL=2;WKST=SU", "0902 0916 0930 1014"],
  [
    "Tuesday and Thursday for five weeks",
    "19970902T090000",
    "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
    "0902 0904 0909 0911 0916 0918 0923 0925 0930 1002",
  ],
  [
    "every other week on three days",
    "19970901T090000",
    "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
    "0901 0903 0905 0915 0917 0919 0929 1001 1003",
  ],
  [
    "every other week on two days, 8 times",
    "19970902T090000",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
    "0902 0904 0916 0918 0930 1002 1014 1016",
  ],
  [
    "first Friday, 10 times",
    "19970905T090000",
    "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
    "19970905 19971003 19971107 19971205 19980102 19980206 19980306 19980403 19980501 19980605",
  ],
  [
    "first Friday until",
    "19970905T090000",
    "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
    "0905 1003 1107 1205",
  ],
  [
    "every other month, first and last Sunday",
    "19970907T090000",
    "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
    "19970907 19970928 19971102 19971130 19980104 19980125 19980301 19980329 19980503 19980531",
  ],
  [
    "second-to-last Monday",
    "19970922T090000",
    "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
    "19970922 19971020 19971117 19971222 19980119 19980216",
  ],
  [
    "third-to-last day",
    "19970928T090000",
    "FREQ=MONTHLY;BYMONTHDAY=-3",
    "19970928 19971029 19971128 19971229 19980129 19980226",
  ],
  [
    "2nd and 15th",
    "19970902T090000",
    "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
    "19970902 19970915 19971002 19971015 19971102 19971115 19971202 19971215 19980102 19980115",
  ],
  [
    "first and last day",
    "19970930T090000",
    "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
    "19970930 19971001 19971031 19971101 19971130 19971201 19971231 19980101 19980131 19980201",
  ],
  [
    "every 18 months, 10th to 15th",
    "19970910T090000",
    "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
    "19970910 19970911 19970912 19970913 19970914 19970915 19990310 19990311 19990312 19990313",
  ],
  [
    "every Tuesday, every other month",
    "19970902T090000",
    "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
    "0902 0909 0916 0923 0930 1104 1111 1118 1125",
  ],
  [
    "yearly in June and July",
    "19970610T090000",
    "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
    "19970610 19970710 19980610 19980710 19990610 19990710 20000610 20000710 20010610 20010710",
  ],
  [
    "every other year in three months",
    "19970310T090000",
    "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
    "19970310 19990110 19990210 19990310 20010110 20010210 20010310 20030110 20030210 20030310",
  ],
  [
    "every third year by day of year",
    "19970101T090000",
    "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
    "19970101 19970410 19970719 20000101 20000409 20000718 20030101 20030410 20030719 20060101",
  ],
  [
    "20th Monday of the year",
    "19970519T090000",
    "FREQ=YEARLY;BYDAY=20MO",
    "19970519 19980518 19990517",
  ],
  [
    "Monday of week 20",
    "19970512T090000",
    "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
    "19970512 19980511 19990517",
  ],
  [
    "every Thursday in March",
    "19970313T090000",
    "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
    "19970313 19970320 19970327 19980305 19980312 19980319 19980326",
  ],
  [
    "Thursdays in summer",
    "19970605T090000",
    "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
    "0605 0612 0619 0626 0703 0710 0717 0724 0731 0807 0814 0821 0828 19980604",
  ],
  [
    "every Friday the 13th",
    "19980213T090000",
    "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
    "19980213 19980313 19981113 19990813 20001013",
  ],
  [
    "first Saturday after the first Sunday",
    "19970913T090000",
    "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
    "19970913 19971011 19971108 19971213 19980110 19980207 19980307 19980411",
  ],
  [
    "US presidential election day",
    "19961105T090000",
    "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
    "19961105 20001107 20041102",
  ],
  [
    "third Tuesday, Wednesday or Thursday",
    "19970904T090000",
    "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
    "0904 1007 1106",
  ],
  [
    "second-to-last weekday",
    "19970929T090000",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
    "19970929 19971030 19971127 19971230 19980129 19980226 19980330",
  ],
  [
    "every 3 hours of a day",
    "19970902T090000",
    "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z",
    "0902T090000 0902T120000 0902T150000",
  ],
  [
    "every 15 minutes, 6 times",
    "19970902T090000",
    "FREQ=MINUTELY;INTERVAL=15;COUNT=6",
    "0902T090000 0902T091500 0902T093000 0902T094500 0902T100000 0902T101500",
  ],
  [
    "every hour and a half, 4 times",
    "19970902T090000",
    "FREQ=MINUTELY;INTERVAL=90;COUNT=4",
    "0902T090000 0902T103000 0902T120000 0902T133000",
  ],
  [
    "every 20 minutes of the working day",
    "19970902T162000",
    "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40",
    "0902T162000 0902T164000 0903T090000 0903T092000",
  ],
  [
    "the same, minutely",
    "19970902T162000",
    "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16",
    "0902T162000 0902T164000 0903T090000 0903T092000",
  ],
  [
    "weeks from Monday",
    "19970805T090000",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
    "0805 0810 0819 0824",
  ],
  [
    "weeks from Sunday",
    "19970805T090000",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
    "0805 0817 0819 0831",
  ],
  [
    "dates that do not exist are left out",
    "20070115T090000",
    "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
    "20070115 20070130 20070215 20070315 20070330",
  ],
  ["leap day", "20240229", "FREQ=YEARLY;COUNT=3", "20240229 20280229 20320229"],
  [
    "leap day moved back (RFC 7529)",
    "20240229",
    "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=BACKWARD;COUNT=3",
    "20240229 20250228 20260228",
  ],
  [
    "month's end moved on (RFC 7529)",
    "20140131",
    "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD;COUNT=4",
    "20140131 20140301 20140331 20140501",
  ],
  [
    "a DTSTART beside the rule counts",
    "19970903T090000",
    "FREQ=WEEKLY;BYDAY=TU;COUNT=3",
    "0903 0909 0916",
  ],
  [
    "last week of the year",
    "20201228",
    "FREQ=YEARLY;BYWEEKNO=-1;COUNT=3",
    "20201228 20211227 20221226",
  ],
  [
    "times of a date are ignored",
    "20260101",
    "FREQ=DAILY;BYHOUR=1,2,3;COUNT=3",
    "20260101 20260102 20260103",
  ],
  [
    "before 1970",
    "19010102T030405",
    "FREQ=HOURLY;BYMINUTE=0,4;COUNT=3",
    "19010102T030405 19010102T040005 19010102T040405",
  ],
];

for (const [title, start, rule, expected] of EXAMPLES) {
  test(`recurs as in RFC 5545: ${title}`, (t) => {
    const wanted = expected.split(" ").map((text) => {
      const whole = /^\d{4}(T|$)/.test(text) ? start.slice(0, 4) + text : text;
      return whole.includes("T") ? whole : whole + start.slice(8);
    });
    t.deepEqual(expand(rule, start, wanted.length), wanted);
    const ends = /COUNT|UNTIL=1997/.test(rule) && !rule.includes("BYDAY=MO,WE,FR");
    if (ends) t.is(expand(rule, start, 1000).length, wanted.length);
  });
}

test("an endless rule is found at a far date without walking there", (t) => {
  const found: string[][] = [];
  const took = processorTime(() => {
    found.push(expand("FREQ=SECONDLY;INTERVAL=7", "19970902T090000", 1, "90000101T000000"));
    found.push(expand("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "19970902T090000", 1, "95000101T000000"));
  });
  t.deepEqual(found, [["90000101T000005"], ["95000109T090000"]]);
  t.true(took < 1000, `${took} ms`);
});

test("rules are read as clients write them", (t) => {
  t.is(readRule("FREQ=WEEKLY;BYDAY=MO;").byDay.length, 1);
  t.is(readRule("freq=weekly;interval=0;x-part=1").interval, 1);
  t.is(readRule("FREQ=DAILY;COUNT=").count, null);
  for (const wrong of ["FREQ=NEVER", "BYDAY=MO", "FREQ=DAILY;BYMONTH=13", "FREQ=DAILY;BYDAY=XX"]) {
    const error = t.throws(() => readRule(wrong, 7));
    t.regex(error.message, /^Line 7: In the RRULE, /);
  }
  t.throws(() => readRule("FREQ=DAILY;UNTIL=soon"), { message: /UNTIL/ });
  t.throws(() => readRule("FREQ=YEARLY;RSCALE=CHINESE"), { message: /RSCALE/ });
});

const some = (least: number, most: number) =>
  fc.uniqueArray(fc.integer({ min: least, max: most }), { maxLength: 3 });
const signed = (most: number) =>
  fc.uniqueArray(fc.oneof(fc.integer({ min: 1, max: most }), fc.integer({ min: -most, max: -1 })), {
    maxLength: 3,
  });
const rarely = <T>(list: fc.Arbitrary<T[]>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant<T[]>([]) }, { weight: 1, arbitrary: list });

const anyParts: fc.Arbitrary<Parts> = fc.record({
  freq: fc.constantFrom("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"),
  interval: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40 })),
  byMonth: rarely(some(1, 12)),
  byMonthDay: rarely(signed(31)),
  byYearDay: rarely(signed(366)),
  byWeekNo: rarely(signed(53)),
  byDay: rarely(
    fc.uniqueArray(
      fc.record({
        nth: fc.oneof(fc.constant(0), fc.integer({ min: -6, max: 6 })),
        day: fc.constantFrom(...WEEKDAYS),
      }),
      { maxLength: 3, selector: ({ nth, day }) => `${nth}${day}` },
    ),
  ),
  byHour: rarely(some(0, 23)),
  bySetPos: rarely(signed(10)),
  wkst: fc.constantFrom(...WEEKDAYS),
});

/** The weekend's last day, where two years share the week. */
const lastOfSharedWeek: Parts = {
  freq: "WEEKLY",
  interval: 1,
  byMonth: [],
  byMonthDay: [],
  byYearDay: [],
  byWeekNo: [],
  byDay: [
    { nth: 0, day: "SU" },
    { nth: 0, day: "SA" },
  ],
  byHour: [],
  bySetPos: [-1],
  wkst: "SU",
};

test("the expansion is what the rule's definition gives hour by hour", (t) => {
  holds(
    fc.property(
      anyParts,
      fc.date({ min: new Date("1960-01-01"), max: new Date("2040-01-01"), noInvalidDate: true }),
      (parts, any) => {
        const start = new Date(Math.floor(any.getTime() / 60_000) * 60_000);
        const years = parts.freq === "YEARLY" || parts.freq === "MONTHLY" ? 9 : 2;
        const expected = bruteForce(parts, start, years).map((date) =>
          format(date.getTime() / 1000, false),
        );
        const end = `${start.getUTCFullYear() + years}`;
        const first = format(start.getTime() / 1000, false);
        const found = expand(toRule(parts), first, expected.length + 1);
        deepStrictEqual(
          found.filter((text) => text < end),
          expected,
          toRule(parts),
        );
        const middle = expected[Math.floor(expected.length / 2)] ?? first;
        const rest = expand(toRule(parts), first, expected.length + 1, middle);
        deepStrictEqual(
          rest.filter((text) => text < end),
          expected.filter((text) => text >= middle),
        );
      },
    ),
    { numRuns: 60, examples: [[lastOfSharedWeek, new Date(0)]] },
  );
  t.pass();
});
