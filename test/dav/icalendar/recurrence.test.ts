import test from "ava";
import fc from "fast-check";
import { deepStrictEqual } from "node:assert";
import { recurrences } from "../../../dav/icalendar/recurrence.ts";
import { readRule } from "../../../dav/icalendar/rule.ts";
import { readTime } from "../../../dav/icalendar/value.ts";

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
  const began = performance.now();
  t.deepEqual(expand("FREQ=SECONDLY;INTERVAL=7", "19970902T090000", 1, "90000101T000000"), [
    "90000101T000005",
  ]);
  t.deepEqual(expand("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "19970902T090000", 1, "95000101T000000"), [
    "95000109T090000",
  ]);
  t.true(performance.now() - began < 100);
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

/* The rule's definition, evaluated for each moment of a period on its own. */

const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
interface Parts {
  readonly freq: "YEARLY" | "MONTHLY" | "WEEKLY" | "DAILY" | "HOURLY";
  readonly interval: number;
  readonly byMonth: readonly number[];
  readonly byMonthDay: readonly number[];
  readonly byYearDay: readonly number[];
  readonly byWeekNo: readonly number[];
  readonly byDay: readonly { readonly nth: number; readonly day: string }[];
  readonly byHour: readonly number[];
  readonly bySetPos: readonly number[];
  readonly wkst: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function toRule(parts: Parts): string {
  const list = (name: string, values: readonly (number | string)[]) =>
    values.length === 0 ? "" : `;${name}=${values.join(",")}`;
  const days = parts.byDay.map(({ nth, day }) => (nth === 0 ? day : `${nth}${day}`));
  return [
    `FREQ=${parts.freq};INTERVAL=${parts.interval};WKST=${parts.wkst}`,
    list("BYMONTH", parts.byMonth),
    list("BYMONTHDAY", parts.byMonthDay),
    list("BYYEARDAY", parts.byYearDay),
    list("BYWEEKNO", parts.byWeekNo),
    list("BYDAY", days),
    list("BYHOUR", parts.byHour),
    list("BYSETPOS", parts.bySetPos),
  ].join("");
}

function weekStart(date: Date, wkst: string): number {
  const back = (date.getUTCDay() - WEEKDAYS.indexOf(wkst) + 7) % 7;
  return Math.floor(date.getTime() / DAY_MS) - back;
}

/** Week number and the number of weeks of its year, by counting days in the week. */
function weekOf(date: Date, wkst: string): { number: number; weeks: number } {
  const start = weekStart(date, wkst);
  const yearOfWeek = (first: number) => new Date((first + 3) * DAY_MS).getUTCFullYear();
  const year = yearOfWeek(start);
  let number = 1;
  while (yearOfWeek(start - 7 * number) === year) number++;
  let weeks = number;
  while (yearOfWeek(start + 7 * (weeks - number + 1)) === year) weeks++;
  return { number, weeks };
}

function periodOf(date: Date, { freq, wkst }: Parts): number {
  switch (freq) {
    case "YEARLY":
      return date.getUTCFullYear();
    case "MONTHLY":
      return date.getUTCFullYear() * 12 + date.getUTCMonth();
    case "WEEKLY":
      return (weekStart(date, wkst) - weekStart(new Date(0), wkst)) / 7;
    case "DAILY":
      return Math.floor(date.getTime() / DAY_MS);
    default:
      return Math.floor(date.getTime() / HOUR_MS);
  }
}

function countWeekdays(date: Date, scope: "month" | "year"): { nth: number; fromEnd: number } {
  const same = (moment: number) => {
    const other = new Date(moment);
    return (
      other.getUTCFullYear() === date.getUTCFullYear() &&
      (scope === "year" || other.getUTCMonth() === date.getUTCMonth())
    );
  };
  let [nth, fromEnd] = [1, 1];
  while (same(date.getTime() - nth * 7 * DAY_MS)) nth++;
  while (same(date.getTime() + fromEnd * 7 * DAY_MS)) fromEnd++;
  return { nth, fromEnd };
}

function fits(date: Date, start: Date, parts: Parts): boolean {
  const { freq } = parts;
  const month = date.getUTCMonth() + 1;
  const monthLength = new Date(Date.UTC(date.getUTCFullYear(), month, 0)).getUTCDate();
  const yearDay = Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;
  const yearLength =
    (Date.UTC(date.getUTCFullYear() + 1, 0, 1) - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS;
  const hasDay =
    parts.byDay.length + parts.byMonthDay.length + parts.byYearDay.length + parts.byWeekNo.length >
    0;
  const oneOf = (list: readonly number[], ...values: number[]) =>
    list.length === 0 || values.some((value) => list.includes(value));
  if (!oneOf(parts.byMonth, month)) return false;
  if (!oneOf(parts.byMonthDay, date.getUTCDate(), date.getUTCDate() - monthLength - 1))
    return false;
  if (!oneOf(parts.byYearDay, yearDay, yearDay - yearLength - 1)) return false;
  if (parts.byWeekNo.length > 0) {
    const { number, weeks } = weekOf(date, parts.wkst);
    if (!oneOf(parts.byWeekNo, number, number - weeks - 1)) return false;
  }
  if (parts.byDay.length > 0) {
    const scope =
      freq === "MONTHLY" || (freq === "YEARLY" && parts.byMonth.length > 0) ? "month" : "year";
    const counts = (freq === "MONTHLY" || freq === "YEARLY") && parts.byWeekNo.length === 0;
    const { nth, fromEnd } = countWeekdays(date, scope);
    const fitsOne = parts.byDay.some(
      (item) =>
        item.day === WEEKDAYS[date.getUTCDay()] &&
        (item.nth === 0 || !counts || item.nth === nth || item.nth === -fromEnd),
    );
    if (!fitsOne) return false;
  }
  if (!hasDay) {
    if (freq === "YEARLY" && parts.byMonth.length === 0 && month !== start.getUTCMonth() + 1)
      return false;
    if ((freq === "YEARLY" || freq === "MONTHLY") && date.getUTCDate() !== start.getUTCDate())
      return false;
    if (freq === "WEEKLY" && date.getUTCDay() !== start.getUTCDay()) return false;
  }
  const onlyWeek =
    parts.byWeekNo.length > 0 &&
    parts.byDay.length + parts.byMonthDay.length + parts.byYearDay.length === 0;
  if (freq === "YEARLY" && onlyWeek && date.getUTCDay() !== start.getUTCDay()) return false;
  if (parts.byHour.length > 0) return parts.byHour.includes(date.getUTCHours());
  return freq === "HOURLY" || date.getUTCHours() === start.getUTCHours();
}

/** Every instance in the years from DTSTART's on, by looking at each hour. */
function bruteForce(parts: Parts, start: Date, years: number): string[] {
  const periods = new Map<number, Date[]>();
  const end = Date.UTC(start.getUTCFullYear() + years, 0, 1);
  const first = periodOf(start, parts);
  const from = Date.UTC(start.getUTCFullYear(), 0, 1) - 7 * DAY_MS;
  for (let day = from; day < end; day += DAY_MS) {
    for (let hour = 0; hour < 24; hour++) {
      const date = new Date(day + hour * HOUR_MS + start.getUTCMinutes() * 60_000);
      if (parts.freq !== "HOURLY" && parts.byHour.length === 0 && hour !== start.getUTCHours())
        continue;
      const period = periodOf(date, parts);
      if (period < first || (period - first) % parts.interval !== 0 || !fits(date, start, parts))
        continue;
      const dates = periods.get(period) ?? [];
      periods.set(period, [...dates, date]);
    }
  }
  const found = new Set([start.getTime()]);
  for (const dates of periods.values()) {
    const { length } = dates;
    for (const [index, date] of dates.entries()) {
      const chosen =
        parts.bySetPos.length === 0 ||
        parts.bySetPos.includes(index + 1) ||
        parts.bySetPos.includes(index - length);
      if (chosen && date > start) found.add(date.getTime());
    }
  }
  return [...found].sort((a, b) => a - b).map((time) => format(time / 1000, false));
}

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

test("the expansion is what the rule's definition gives hour by hour", (t) => {
  fc.assert(
    fc.property(
      anyParts,
      fc.date({ min: new Date("1960-01-01"), max: new Date("2040-01-01"), noInvalidDate: true }),
      (parts, any) => {
        const start = new Date(Math.floor(any.getTime() / 60_000) * 60_000);
        const years = parts.freq === "YEARLY" || parts.freq === "MONTHLY" ? 9 : 2;
        const expected = bruteForce(parts, start, years);
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
    { numRuns: 60 },
  );
  t.pass();
});
