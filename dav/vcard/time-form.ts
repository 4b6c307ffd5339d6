/** Types whose values are written in one form in vCard and xCard, and in another in jCard. */
export const TIMES: ReadonlySet<string> = new Set([
  "date",
  "time",
  "date-time",
  "date-and-or-time",
  "timestamp",
  "utc-offset",
]);

/** `19850412T102200-0800` as jCard writes it, `1985-04-12T10:22:00-08:00` (RFC 7095 section 3.5). */
export function extendedTime(type: string, text: string): string {
  if (type === "utc-offset") return extendedZone(text);
  const { date, time } = parts(type, text);
  const written = time
    ?.replace(/[+-]\d{4}$/, extendedZone)
    .replace(/^(-|\d\d)(\d\d)(?=\d\d|[Z+-]|$)/, (all, first: string, second: string) =>
      first === "-" ? all : `${first}:${second}`,
    )
    .replace(/^(\d\d:\d\d|-\d\d)(\d\d)/, "$1:$2");
  return join(
    type,
    date.replace(/^(\d{4}|--)(\d\d)(\d\d)$/, (_, year: string, month: string, day: string) =>
      year === "--" ? `--${month}-${day}` : `${year}-${month}-${day}`,
    ),
    written,
  );
}

/** The form of vCard 4.0 (RFC 6350 section 4.3). */
export function basicTime(type: string, text: string): string {
  if (type === "utc-offset") return text.replaceAll(":", "");
  const { date, time } = parts(type, text);
  const plain = date
    .replace(/^(\d{4})-(\d\d)-(\d\d)$/, "$1$2$3")
    .replace(/^--(\d\d)-(\d\d)$/, "--$1$2");
  return join(type, plain, time?.replaceAll(":", ""));
}

function extendedZone(text: string): string {
  return text.replace(/^([+-]\d\d)(\d\d)$/, "$1:$2");
}

function parts(type: string, text: string): { date: string; time: string | undefined } {
  if (type === "time") return { date: "", time: text };
  const start = text.indexOf("T");
  return start === -1
    ? { date: text, time: undefined }
    : { date: text.slice(0, start), time: text.slice(start + 1) };
}

function join(type: string, date: string, time: string | undefined): string {
  if (time === undefined) return date;
  return type === "time" ? time : `${date}T${time}`;
}
