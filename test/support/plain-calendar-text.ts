/** The records of plain-calendar.ts as what goes over the wire. */
import { toRule } from "../dav/icalendar/bruteforce.ts";
import {
  HOME_ZONE,
  wallAt,
  type Alarm,
  type Kind,
  type Part,
  type PlainFilter,
  type PlainObject,
  type PlainProperty,
  type PlainRange,
  type PlainText,
  type Wall,
} from "./plain-calendar.ts";

const DAY = 86_400;

const basic = (seconds: number) =>
  new Date(seconds * 1000).toISOString().replace(/[-:]|\.\d+Z/g, "");

function stamp(name: string, kind: Kind, wall: Wall): string {
  if (kind === "date") return `${name};VALUE=DATE:${basic(wall).slice(0, 8)}`;
  if (kind === "utc") return `${name}:${basic(wall)}Z`;
  return kind === "zoned" ? `${name};TZID=${HOME_ZONE}:${basic(wall)}` : `${name}:${basic(wall)}`;
}

function durationOf(seconds: number): string {
  const sign = seconds < 0 ? "-" : "";
  const size = Math.abs(seconds);
  return size > 0 && size % DAY === 0 ? `${sign}P${size / DAY}D` : `${sign}PT${size}S`;
}

const escaped = (text: string) => text.replace(/[\\,;]/g, (char) => `\\${char}`);

function endLines({ kind, start, end }: Part, component: string): string[] {
  if (end === null) return [];
  const name = component === "VTODO" ? "DUE" : "DTEND";
  if (start === null) return [stamp(name, kind, end.seconds)];
  if (end.by === "duration") return [`DURATION:${durationOf(end.seconds)}`];
  return [stamp(name, kind, start + end.seconds)];
}

function alarmLines({ when }: Alarm): string[] {
  const trigger =
    "at" in when
      ? `TRIGGER;VALUE=DATE-TIME:${basic(when.at)}Z`
      : `TRIGGER;RELATED=${when.from}:${durationOf(when.offset)}`;
  return ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Now", trigger, "END:VALARM"];
}

function partLines(
  { uid, component }: PlainObject,
  part: Part,
  extra: readonly string[],
): string[] {
  const { kind, start, completed, created, texts, attendee, alarm } = part;
  return [
    `BEGIN:${component}`,
    `UID:${uid}`,
    "DTSTAMP:20250101T000000Z",
    ...(start === null ? [] : [stamp("DTSTART", kind, start)]),
    ...endLines(part, component),
    ...(completed === null ? [] : [`COMPLETED:${basic(completed)}Z`]),
    ...(created === null ? [] : [`CREATED:${basic(created)}Z`]),
    ...Object.entries(texts).map(([name, values]) => `${name}:${values.map(escaped).join(",")}`),
    ...(attendee === null
      ? []
      : [
          `ATTENDEE${attendee.partstat ? `;PARTSTAT=${attendee.partstat}` : ""}:${attendee.address}`,
        ]),
    ...extra,
    ...(alarm === null ? [] : alarmLines(alarm)),
    `END:${component}`,
  ];
}

/** The calendar object that a record stands for. */
export function textOf(object: PlainObject): string {
  const { master, rule, override } = object;
  const extra: string[] = [];
  if (rule !== null) {
    extra.push(`RRULE:${toRule(rule.parts)}${rule.count === null ? "" : `;COUNT=${rule.count}`}`);
  }
  const exdate = wallAt(object, object.exdate);
  if (rule !== null && exdate !== null) extra.push(stamp("EXDATE", master.kind, exdate));
  const replaced = wallAt(object, override?.index ?? null);
  const lines = partLines(object, master, extra);
  if (override !== null && replaced !== null) {
    lines.push(
      ...partLines(object, override.part, [stamp("RECURRENCE-ID", master.kind, replaced)]),
    );
  }
  const all = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//example//test//EN",
    ...lines,
    "END:VCALENDAR",
  ];
  return all.map((line) => `${line}\r\n`).join("");
}

const instant = (seconds: number) => `${basic(seconds)}Z`;

function rangeElement({ start, end }: PlainRange): string {
  const from = start === null ? "" : ` start="${instant(start)}"`;
  return `<C:time-range${from}${end === null ? "" : ` end="${instant(end)}"`}/>`;
}

function textElement({ text, collation, negate }: PlainText): string {
  return `<C:text-match collation="${collation}"${negate ? ' negate-condition="yes"' : ""}>${text}</C:text-match>`;
}

const ABSENT = "<C:is-not-defined/>";

function propertyElement({ name, test }: PlainProperty): string {
  let content = "";
  if (test === "not-defined") content = ABSENT;
  else if (test !== "defined" && "text" in test) content = textElement(test);
  else if (test !== "defined") {
    const { partstat } = test;
    const wanted = partstat === "not-defined" ? ABSENT : textElement(partstat);
    content = `<C:param-filter name="PARTSTAT">${wanted}</C:param-filter>`;
  }
  return `<C:prop-filter name="${name}">${content}</C:prop-filter>`;
}

/** The CALDAV:filter that a record stands for. */
export function filterElement({
  component,
  isNotDefined,
  range,
  properties,
  alarm,
}: PlainFilter): string {
  const alarms = {
    none: "",
    defined: '<C:comp-filter name="VALARM"/>',
    "not-defined": `<C:comp-filter name="VALARM">${ABSENT}</C:comp-filter>`,
  };
  const inside = isNotDefined
    ? ABSENT
    : [
        range === null ? "" : rangeElement(range),
        ...properties.map(propertyElement),
        typeof alarm === "string"
          ? alarms[alarm]
          : `<C:comp-filter name="VALARM">${rangeElement(alarm)}</C:comp-filter>`,
      ].join("");
  return `<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="${component}">${inside}</C:comp-filter></C:comp-filter></C:filter>`;
}
