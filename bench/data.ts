/** Made-up calendars and address books: the same for the same number, on every machine. */

const DAY = 86_400_000;
const FIRST = Date.UTC(2017, 0, 1);
/** The years over which events are spread. */
const YEARS = 10;
/** Months over which events are spread. */
export const MONTHS = YEARS * 12;

const BERLIN = `BEGIN:VTIMEZONE\r
TZID:Europe/Berlin\r
BEGIN:DAYLIGHT\r
DTSTART:19810329T020000\r
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r
TZNAME:CEST\r
TZOFFSETFROM:+0100\r
TZOFFSETTO:+0200\r
END:DAYLIGHT\r
BEGIN:STANDARD\r
DTSTART:19961027T030000\r
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r
TZNAME:CET\r
TZOFFSETFROM:+0200\r
TZOFFSETTO:+0100\r
END:STANDARD\r
END:VTIMEZONE\r
`;

function basic(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+Z$/g, "");
}

const day = (time: number): string => basic(time).slice(0, 8);

/** The lines that say when an event is, by what kind it is. */
type When = (start: number) => string;

const HOUR = 3_600_000;
const utc: When = (start) => `DTSTART:${basic(start)}Z\r\nDTEND:${basic(start + HOUR)}Z\r\n`;
const zoned: When = (start) =>
  `DTSTART;TZID=Europe/Berlin:${basic(start)}\r\nDTEND;TZID=Europe/Berlin:${basic(start + HOUR)}\r\n`;
const floating: When = (start) => `DTSTART:${basic(start)}\r\nDTEND:${basic(start + HOUR)}\r\n`;
const allDay: When = (start) =>
  `DTSTART;VALUE=DATE:${day(start)}\r\nDTEND;VALUE=DATE:${day(start + DAY)}\r\n`;
const repeated =
  (when: When, rule: (start: number) => string): When =>
  (start) =>
    `${when(start)}RRULE:${rule(start)}\r\n`;
const until = (start: number, days: number): string => `UNTIL=${basic(start + days * DAY)}Z`;

/** Of a hundred events: how many are of which kind. */
const KINDS: readonly { readonly share: number; readonly when: When }[] = [
  { share: 36, when: zoned },
  { share: 36, when: utc },
  { share: 16, when: allDay },
  { share: 4, when: floating },
  { share: 3, when: repeated(zoned, (start) => `FREQ=WEEKLY;${until(start, 180)}`) },
  { share: 1, when: repeated(zoned, () => "FREQ=DAILY;COUNT=10") },
  { share: 1, when: repeated(utc, (start) => `FREQ=MONTHLY;BYDAY=2TU;${until(start, 365)}`) },
  { share: 2, when: repeated(allDay, () => "FREQ=YEARLY") },
  { share: 1, when: repeated(zoned, () => "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=60") },
];
const HUNDRED: readonly When[] = KINDS.flatMap(({ share, when }) => Array<When>(share).fill(when));

/** A number below `bound` that looks random and is the same each time. */
function scattered(index: number, bound: number): number {
  return Math.floor(((Math.imul(index + 1, 2_654_435_761) >>> 0) / 2 ** 32) * bound);
}

/** The text of event number `index`; a `revision` other than 0 is a change of it. */
export function event(index: number, revision = 0): string {
  const start = FIRST + scattered(index, YEARS * 365) * DAY + (7 + scattered(index * 7, 12)) * HOUR;
  const when = (HUNDRED[(index * 37) % 100] ?? utc)(start);
  return `BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//pushdav//bench//EN\r
${when.includes("TZID") ? BERLIN : ""}BEGIN:VEVENT\r
UID:event-${index}@bench.example.org\r
DTSTAMP:${basic(start)}Z\r
SEQUENCE:${revision}\r
${when}SUMMARY:Meeting number ${index} about subject ${index % 97}\r
LOCATION:Room ${index % 40}\\, House ${index % 7}\r
DESCRIPTION:What was said the last time\\, what is to be said\\, and by whom;\r
  with a second line to fold.\\nAnd a third.\r
BEGIN:VALARM\r
ACTION:DISPLAY\r
TRIGGER:-PT15M\r
DESCRIPTION:Reminder\r
END:VALARM\r
END:VEVENT\r
END:VCALENDAR\r
`;
}

/** Start and end of month number `index` of the years over which events are spread. */
export function month(index: number): { start: string; end: string } {
  const first = new Date(FIRST).getUTCFullYear();
  const at = (n: number) => `${basic(Date.UTC(first, n, 1))}Z`;
  return { start: at(index % MONTHS), end: at((index % MONTHS) + 1) };
}

const FAMILIES =
  "Abe Baker Castillo Dubois Eriksen Fischer García Haddad Ito Jansen Kowalska Lindqvist Müller Novák Okafor Papadopoulos Quispe Rossi Schmidt Takahashi Usman Varga Wang Yılmaz Zhang".split(
    " ",
  );
const GIVEN = "Ada Boris Chloé Dmitri Elif Farid Grace Hana Ivan Jun".split(" ");

/** A family name that one in twenty-five cards has. */
export function familyName(index: number): string {
  return FAMILIES[index % FAMILIES.length] ?? "";
}

/** The text of card number `index`. */
export function card(index: number): string {
  const family = familyName(index);
  const given = GIVEN[scattered(index, GIVEN.length)] ?? "";
  return `BEGIN:VCARD\r
VERSION:3.0\r
UID:card-${index}\r
N:${family};${given};;;\r
FN:${given} ${family}\r
ORG:Company ${index % 60};Department ${index % 9}\r
EMAIL;TYPE=INTERNET,WORK:person${index}@example.org\r
EMAIL;TYPE=INTERNET,HOME:person${index}@example.net\r
TEL;TYPE=CELL:+49 170 ${1_000_000 + index}\r
ADR;TYPE=HOME:;;Long Street ${index};Springfield;;${10_000 + index};Germany\r
NOTE:Met at the fair of ${2000 + (index % 25)}.\r
REV:2025-01-01T00:00:00Z\r
END:VCARD\r
`;
}
