/** One content line, unfolded, with the part of the text it was read from. */
export interface ContentLine {
  readonly text: string;
  /** Offset of its first character. */
  readonly start: number;
  /** Offset after its last line break. */
  readonly end: number;
}

interface OpenLine {
  readonly pieces: string[];
  readonly quotedPrintable: boolean;
  readonly start: number;
  end: number;
}

const CONTENT_LINE = /^[A-Za-z0-9_./-]{1,255}[;:]/;
const QUOTED_PRINTABLE = /^[^:]*;(?:ENCODING=)?QUOTED-PRINTABLE[;:]/i;

/**
 * Unfolds text into content lines (RFC 6350 section 3.2) as real clients write them (Q73): any of
 * CRLF, LF and CR CR LF ends a line, blank lines are skipped, and a line that is no content
 * line goes on the one before, be it a soft line break of quoted-printable or a fold that lost its space.
 */
export function* readLines(text: string): Generator<ContentLine> {
  let open: OpenLine | null = null;
  for (const line of physicalLines(text)) {
    if (open && continues(open, line.text)) {
      open.pieces.push(/^[ \t]/.test(line.text) ? line.text.slice(1) : line.text);
      open.end = line.end;
    } else if (line.text.trim() !== "") {
      if (open) yield close(open);
      open = { ...line, pieces: [line.text], quotedPrintable: QUOTED_PRINTABLE.test(line.text) };
    }
  }
  if (open) yield close(open);
}

function* physicalLines(text: string): Generator<ContentLine> {
  let start = text.startsWith("\uFEFF") ? 1 : 0;
  while (start < text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline + 1;
    let stop = newline === -1 ? end : newline;
    while (stop > start && text[stop - 1] === "\r") stop -= 1;
    yield { text: text.slice(start, stop), start, end };
    start = end;
  }
}

function continues(open: OpenLine, line: string): boolean {
  if (line === "") return false;
  const last = open.pieces.at(-1) ?? "";
  if (open.quotedPrintable && last.endsWith("=")) {
    open.pieces[open.pieces.length - 1] = last.slice(0, -1);
    return true;
  }
  return /^[ \t]/.test(line) || !CONTENT_LINE.test(line);
}

function close(open: OpenLine): ContentLine {
  return { text: open.pieces.join(""), start: open.start, end: open.end };
}
