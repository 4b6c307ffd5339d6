/** A row of a page below docs/conformance/: what a section asks, how far it is met, and what shows it. */
export interface Row {
  readonly line: number;
  readonly section: string;
  readonly state: string;
  readonly tests: readonly TestReference[];
}

interface TestReference {
  readonly file: string;
  /** Words of the test's title; empty where the file as a whole is meant. */
  readonly title: string;
}

const STATE = /^(?:done|(?:partly|not done|does not apply): \S.*)$/;

/** Where a reader finds the columns; the first may have another name. */
const HEAD = ["What", "State", "Test"];

/**
 * Reads the rows of all tables of a page whose columns are `Section | What | State | Test`.
 *
 * @throws Error naming the line of a row with other columns
 */
export function readRows(page: string): Row[] {
  const rows: Row[] = [];
  let inTable = false;
  for (const [index, text] of page.split("\n").entries()) {
    const cells = cellsOf(text);
    if (cells === null) inTable = false;
    else if (cells.slice(1).join() === HEAD.join()) inTable = true;
    else if (inTable && !/^[-:|\s]+$/.test(text)) rows.push(readRow(cells, index + 1));
  }
  return rows;
}

function cellsOf(text: string): string[] | null {
  const line = text.trim();
  if (!line.startsWith("|") || !line.endsWith("|")) return null;
  return line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}

function readRow(cells: readonly string[], line: number): Row {
  const [section, what, state, tests, ...rest] = cells;
  if (!section || !what || !state || tests === undefined || rest.length > 0) {
    throw new Error(`line ${line} is not a row of Section, What, State and Test`);
  }
  const references = tests === "" ? [] : tests.split(/,\s*(?=test\/)/);
  return { line, section, state, tests: references.map(readReference) };
}

function readReference(text: string): TestReference {
  const [file = "", title = ""] = text.replaceAll("`", "").split(" › ");
  return { file: file.trim(), title: title.trim() };
}

/**
 * Checks rows.
 *
 * @param read gives the text of a file of the repository, or null
 * @returns what is wrong, in words
 */
export function problemsOf(rows: readonly Row[], read: (file: string) => string | null): string[] {
  return rows.flatMap((row) =>
    [
      ...(STATE.test(row.state) ? [] : [`the state "${row.state}" is not one there is`]),
      ...(row.state === "done" && row.tests.length === 0 ? ["done, but no test is named"] : []),
      ...row.tests.flatMap((reference) => missing(reference, read)),
    ].map((problem) => `line ${row.line}, ${row.section}: ${problem}`),
  );
}

function missing({ file, title }: TestReference, read: (file: string) => string | null): string[] {
  const text = file.startsWith("test/") ? read(file) : null;
  if (text === null) return [`there is no test ${file}`];
  const words = (value: string) => value.replace(/^# ?/gm, "").replace(/\s+/g, " ");
  return words(text).includes(words(title)) ? [] : [`${file} does not say "${title}"`];
}
