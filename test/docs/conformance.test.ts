import { existsSync, globSync, readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { problemsOf, readRows } from "../support/conformance/pages.ts";
import { conformanceTables } from "../support/conformance/tables.ts";

const ROOT = join(import.meta.dirname, "../..");
const INDEX = join(ROOT, "docs/conformance.md");
const TABLES = /(?<=<!-- tables -->\n)[^]*(?=\n<!-- \/tables -->)/;
const pages = globSync("docs/conformance/*.md", { cwd: ROOT });

function read(file: string): string | null {
  const path = join(ROOT, file);
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

/** Markdown without the padding that the formatter adds. */
const plain = (markdown: string) => markdown.trim().replace(/ +/g, " ").replace(/-+/g, "-");

test("the tables of conformance.md are those of the code", async (t) => {
  const index = await readFile(INDEX, "utf8");
  const tables = TABLES.exec(index)?.[0] ?? t.fail("there is no place for the tables");
  if (process.env["PUSHDAV_TEST_UPDATE"]) {
    await writeFile(
      INDEX,
      index.replace(TABLES, () => `\n${conformanceTables()}\n`),
    );
    t.pass("written");
  } else {
    t.is(plain(tables), plain(conformanceTables()), "`npm run conformance` writes them");
  }
});

test("conformance.md links every page, and no page that is not there", (t) => {
  const linked = [...(read("docs/conformance.md") ?? "").matchAll(/\]\((conformance\/[^)]+)\)/g)];
  const files = linked.map(([, file]) => `docs/${file}`);
  t.deepEqual(files.toSorted(), pages.toSorted());
});

for (const page of pages) {
  test(`${page} says for each section how it stands, and names tests that exist`, (t) => {
    const rows = readRows(read(page) ?? "");
    t.true(rows.length > 0);
    t.deepEqual(problemsOf(rows, read), []);
  });
}

test("a row must have a known state and tests that exist", (t) => {
  const page = [
    "| Section | What | State | Test |",
    "| --- | --- | --- | --- |",
    "| 1 | good | done | `a.http` |",
    "| 2 | good | done | test/a.http › of b, and c |",
    "| 3 | no test | done | |",
    "| 4 | no reason | partly | test/a.http |",
    "| 5 | other words | not done: later | test/a.http, test/a.http › of d |",
    "| 6 | good | does not apply: versions | |",
  ].join("\n");
  const files = (file: string) => (file === "test/a.http" ? "# A tale of b,\n# and c\n" : null);
  t.deepEqual(problemsOf(readRows(page), files), [
    "line 3, 1: there is no test a.http",
    "line 5, 3: done, but no test is named",
    'line 6, 4: the state "partly" is not one there is',
    'line 7, 5: test/a.http does not say "of d"',
  ]);
});
