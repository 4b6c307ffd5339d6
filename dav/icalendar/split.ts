import { createHash } from "node:crypto";
import { checkCalendarObject } from "./check.ts";
import { property, textOf } from "./component.ts";
import type { Calendar, Component, Property } from "./component.ts";
import { CalendarError } from "./error.ts";
import { parseStream } from "./parse.ts";
import { tzidsOf } from "./tzid.ts";

/** One object out of a file, as it may be stored. */
interface SplitObject {
  readonly uid: string;
  readonly text: string;
}

interface SplitCalendar {
  readonly objects: readonly SplitObject[];
  /** What cannot be stored, and why. */
  readonly refused: readonly { readonly uid: string; readonly error: CalendarError }[];
}

interface Group {
  readonly calendar: Calendar;
  readonly members: Member[];
  readonly tzids: Set<string>;
}

interface Member {
  readonly component: Component;
  /** Its RECURRENCE-ID, empty for a master. */
  readonly id: string;
  readonly sequence: number;
  readonly text: string;
}

/** What a new export of the same thing may change, so that it has no part in a UID. */
const PASSING = new Set(["DTSTAMP", "LAST-MODIFIED", "CREATED", "SEQUENCE"]);
const LINE_BREAK = /\r\n|\n|\r/;

/**
 * Takes a file of any number of calendars apart into one text for each UID, with just the VTIMEZONEs it
 * needs and without METHOD. The bytes of the components are kept. A component without UID
 * gets one made from its content, so that a second import finds the first. Of two versions of a
 * component the one with the higher SEQUENCE stays. Throws CalendarError when the file as a whole
 * cannot be read.
 */
export function splitCalendar(text: string): SplitCalendar {
  const calendars = parseStream(text);
  const groups = new Map<string, Group>();
  for (const calendar of calendars) collect(calendar, text, groups);
  const vtimezones = collectTimezones(calendars, text);
  const objects: SplitObject[] = [];
  const refused: { uid: string; error: CalendarError }[] = [];
  const lineBreak = LINE_BREAK.exec(text)?.[0] ?? "\r\n";
  for (const [uid, group] of groups) {
    const members = latest(group.members);
    try {
      checkMembers(group.calendar, members);
      objects.push({ uid, text: assemble(group, members, vtimezones, lineBreak) });
    } catch (error) {
      if (!(error instanceof CalendarError)) throw error;
      refused.push({ uid, error });
    }
  }
  return { objects, refused };
}

function collect(calendar: Calendar, source: string, groups: Map<string, Group>): void {
  for (const component of calendar.components) {
    if (component.name === "VTIMEZONE" || component.name.startsWith("X-")) continue;
    const found = (textOf(component, "UID") ?? "").trim();
    const uid = found === "" ? derivedUid(component) : found;
    const bytes = source.slice(component.starts, component.ends);
    const group = groups.get(uid) ?? { calendar, members: [], tzids: new Set<string>() };
    groups.set(uid, group);
    group.members.push({
      component: found === "" ? { ...component, properties: withUid(component, uid) } : component,
      id: textOf(component, "RECURRENCE-ID") ?? "",
      sequence: Number.parseInt(textOf(component, "SEQUENCE") ?? "", 10) || 0,
      text: found === "" ? withUidLine(bytes, uid) : bytes,
    });
    for (const tzid of tzidsOf(component)) group.tzids.add(tzid);
  }
}

function collectTimezones(calendars: readonly Calendar[], source: string): Map<string, string> {
  const texts = new Map<string, string>();
  for (const component of calendars.flatMap((calendar) => calendar.components)) {
    const tzid = textOf(component, "TZID");
    if (component.name !== "VTIMEZONE" || tzid === null || texts.has(tzid.trim())) continue;
    texts.set(tzid.trim(), source.slice(component.starts, component.ends));
  }
  return texts;
}

/** Checks what an assembled text will hold, by the lines of the source. */
function checkMembers(calendar: Calendar, members: readonly Member[]): void {
  const properties = calendar.properties.filter(({ name }) => name !== "METHOD");
  const components = members.map(({ component }) => component);
  checkCalendarObject({ ...calendar, properties, components });
}

function assemble(
  { calendar, tzids }: Group,
  members: readonly Member[],
  vtimezones: Map<string, string>,
  lineBreak: string,
): string {
  const product = property(calendar, "PRODID")?.text ?? "PRODID:-//pushdav//import//EN";
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", product];
  const needed = [...tzids].flatMap((tzid) => vtimezones.get(tzid) ?? []);
  const bodies = [...needed, ...members.map(({ text }) => text)].map((body) =>
    body.replace(/[\r\n]*$/, lineBreak),
  );
  return `${lines.join(lineBreak)}${lineBreak}${bodies.join("")}END:VCALENDAR${lineBreak}`;
}

/** Without older versions and repetitions. */
function latest(members: readonly Member[]): Member[] {
  const newest = new Map<string, number>();
  for (const { id, sequence } of members) {
    newest.set(id, Math.max(sequence, newest.get(id) ?? sequence));
  }
  const kept = members.filter(({ id, sequence }) => sequence === newest.get(id));
  return [...new Map(kept.map((member) => [member.text, member])).values()];
}

/** A UUID of RFC 9562's version 8, made from the content. */
function derivedUid(component: Component): string {
  const hash = createHash("sha256");
  const add = ({ name, properties, components }: Component) => {
    hash.update(`BEGIN:${name}\n`);
    for (const line of properties) {
      if (!PASSING.has(line.name)) hash.update(`${line.text}\n`);
    }
    components.forEach(add);
  };
  add(component);
  const hex = hash.digest("hex");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`];
  return [...parts, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
}

function withUid({ properties, line }: Component, uid: string): Property[] {
  const text = `UID:${uid}`;
  const others = properties.filter(({ name }) => name !== "UID");
  return [{ name: "UID", parameters: {}, type: "text", values: [uid], text, line }, ...others];
}

function withUidLine(bytes: string, uid: string): string {
  const found = LINE_BREAK.exec(bytes);
  if (found === null) return bytes;
  const at = found.index + found[0].length;
  return `${bytes.slice(0, at)}UID:${uid}${found[0]}${bytes.slice(at)}`;
}
