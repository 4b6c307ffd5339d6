import { CalendarError, quote } from "./error.ts";

/** A content line, unfolded (RFC 5545 section 3.1). */
export interface ContentLine {
  readonly text: string;
  /** The number of its first line in the source, from 1. */
  readonly line: number;
  /** Offsets in the source, its line break included. */
  readonly starts: number;
  readonly ends: number;
}

const CONTENT_LINE = /^[A-Za-z0-9_.-]+[ \t]*[;:]/;
const BARE_NAME = /^[A-Za-z0-9-]+$/;
const LINE_BREAK = /\r\n|\n|\r/g;
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;

/** Properties of free text, in which a line that lost its fold can only be more of the text. */
const FREE_TEXT =
  /^(?:SUMMARY|DESCRIPTION|COMMENT|LOCATION|CONTACT|CATEGORIES|RESOURCES|ATTACH|IMAGE|X-[A-Za-z0-9-]+)[;:]/i;

/**
 * Reads a text into content lines. Takes what real clients write (line breaks of any kind, blank
 * lines, control characters, free text whose folds were lost), and throws
 * valid-calendar-data for a line that is neither content nor the rest of one.
 */
export function contentLines(source: string): ContentLine[] {
  const lines: ContentLine[] = [];
  const physical = physicalLines(source);
  let open: { parts: string[]; line: number; starts: number; ends: number } | null = null;
  const close = () => {
    if (open !== null) lines.push({ ...open, text: clean(open.parts.join("")) });
  };
  for (const [index, current] of physical.entries()) {
    const kind = kindOf(current.text, () => nextIsFold(physical, index));
    if (kind === "blank") continue;
    if (kind === "content" || open === null) {
      close();
      const { text, line, starts, ends } = current;
      open = { parts: [open === null ? text.trimStart() : text], line, starts, ends };
      continue;
    }
    if (kind === "stray" && !FREE_TEXT.test(open.parts[0] ?? "")) throw strayLine(current);
    open.parts.push(kind === "stray" ? `\\n${current.text}` : current.text.slice(1));
    open.ends = current.ends;
  }
  close();
  return lines;
}

function physicalLines(source: string): ContentLine[] {
  const lines: ContentLine[] = [];
  let starts = source.startsWith("\uFEFF") ? 1 : 0;
  for (const found of source.matchAll(LINE_BREAK)) {
    const ends = found.index + found[0].length;
    lines.push({ text: source.slice(starts, found.index), line: lines.length + 1, starts, ends });
    starts = ends;
  }
  lines.push({ text: source.slice(starts), line: lines.length + 1, starts, ends: source.length });
  return lines;
}

type LineKind = "fold" | "blank" | "content" | "stray";

/** A bare name is content when the rest of its line follows folded, as old Mozilla folds. */
function kindOf(text: string, foldFollows: () => boolean): LineKind {
  if (text.startsWith(" ") || text.startsWith("\t")) return "fold";
  const cleaned = clean(text);
  if (cleaned.trim() === "") return "blank";
  if (CONTENT_LINE.test(cleaned)) return "content";
  return BARE_NAME.test(cleaned) && foldFollows() ? "content" : "stray";
}

function nextIsFold(lines: readonly ContentLine[], index: number): boolean {
  for (let next = index + 1; next < lines.length; next++) {
    const text = lines[next]?.text ?? "";
    if (text !== "") return /^[ \t]+[;:]/.test(text);
  }
  return false;
}

function clean(text: string): string {
  return text.replace(CONTROL, "");
}

function strayLine(physical: ContentLine): CalendarError {
  const message = `${quote(physical.text)} is not a property; a property has the form NAME:value.`;
  return new CalendarError("valid-calendar-data", message, physical.line);
}
