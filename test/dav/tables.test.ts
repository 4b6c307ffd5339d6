import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { CONDITIONS } from "../../dav/errors.ts";
import { METHODS } from "../../dav/methods/index.ts";
import { LIVE_PROPERTIES } from "../../dav/properties/index.ts";
import { QUIRKS } from "../../dav/quirks.ts";
import { REPORTS } from "../../dav/reports/index.ts";
import { splitName } from "../../dav/xml/names.ts";

const FOLDER = join(import.meta.dirname, "../transcripts");
const transcripts = globSync(join(FOLDER, "**/*.http"))
  .map((file) => readFileSync(file, "utf8"))
  .join("\n");

const isShown = (name: string) =>
  new RegExp(`<(?:\\w+:)?${splitName(name).local}[ />]`).test(transcripts);

test("every method occurs in a transcript", (t) => {
  t.deepEqual(
    [...METHODS.keys()].filter((name) => !new RegExp(`^${name} /`, "m").test(transcripts)),
    [],
  );
});

test("every report occurs in a transcript", (t) => {
  t.deepEqual(
    [...REPORTS.keys()].filter((name) => !isShown(name)),
    [],
  );
});

test("every live property occurs in a transcript", (t) => {
  t.deepEqual(
    [...LIVE_PROPERTIES.keys()].filter((name) => !isShown(name)),
    [],
  );
});

test("every condition occurs in a transcript", (t) => {
  const unseen = Object.values(CONDITIONS).filter(({ element }) => !isShown(element));
  t.deepEqual(
    unseen.map(({ element }) => element),
    [],
  );
});

test("every client rule names the transcript that shows it", (t) => {
  const rules = Object.values(QUIRKS);
  t.deepEqual(
    rules.filter(({ transcript }) => !existsSync(join(FOLDER, transcript))),
    [],
  );
});
