import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";

const ROOT = join(import.meta.dirname, "../..");
const DEMANDS = 104;
const FAULTS = 59;

interface Row {
  readonly number: string;
  readonly state: string;
  readonly where: readonly string[];
  readonly tests: readonly { readonly path: string; readonly words: string }[];
}

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const rows = read("docs/client-quirks.md").split("\n").flatMap(readRow);

function readRow(line: string): Row[] {
  const [number = "", , state = "", where = "", tests = ""] = line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
  if (!/^[QD]\d+$/.test(number)) return [];
  return [
    {
      number,
      state,
      where: [...where.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path),
      tests: tests.split(/, (?=`)/).flatMap((each) => {
        const [, path, words = ""] = /^`([^`]+)`(?: › (.+))?$/.exec(each) ?? [];
        return path === undefined ? [] : [{ path, words }];
      }),
    },
  ];
}

function upTo(letter: string, last: number): string[] {
  return Array.from({ length: last }, (_, index) => `${letter}${index + 1}`);
}

test("every demand and every fault is in the table, once and in order", (t) => {
  const wanted = [...upTo("Q", DEMANDS), ...upTo("D", FAULTS)];
  t.deepEqual(
    rows.map(({ number }) => number),
    wanted,
  );
});

test("a state is done, or says why not", (t) => {
  const odd = rows.filter(
    ({ state }) => !/^(?:done|(?:partly|not done|does not apply): \S.+)$/.test(state),
  );
  t.deepEqual(odd, []);
});

test("what is done names where it is done, and a test", (t) => {
  const unproven = rows.filter(
    ({ state, where, tests }) => state === "done" && (where.length === 0 || tests.length === 0),
  );
  t.deepEqual(
    unproven.map(({ number }) => number),
    [],
  );
});

test("every file that the table names is there, and a test says what is quoted of it", (t) => {
  const wrong = rows.flatMap(({ number, where, tests }) => [
    ...where.filter((path) => !existsSync(join(ROOT, path))).map((path) => `${number}: ${path}`),
    ...tests
      .filter(({ path, words }) => !says(path, words))
      .map(({ path, words }) => {
        return `${number}: ${path} › ${words}`;
      }),
  ]);
  t.deepEqual(wrong, []);
});

function says(path: string, words: string): boolean {
  if (!existsSync(join(ROOT, path)) || !/^(?:test|bench)\/.+\.(?:ts|http)$/.test(path))
    return false;
  return read(path).includes(words);
}
