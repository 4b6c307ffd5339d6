/**
 * litmus (0.13 was the one tried), the suites for RFC 4918: all of it passes in the files area. Skipped
 * where litmus is not installed.
 */
import {
  missingPrograms,
  runProgram,
  temporaryFolder,
  testUnlessMissing,
} from "../support/programs.ts";
import { PASSWORD, testServer } from "../support/server.ts";

const SUITES = ["basic", "copymove", "props", "locks", "http"];

/** The outcome of each test in litmus' report, for example ` 1. begin................. pass`. */
function outcomes(report: string): string[] {
  // While a test runs, its line is written anew.
  const shown = report.replace(/^.*\r/gm, "");
  return [...shown.matchAll(/ ?\d+\. (\w+)\.* (pass|FAIL|SKIPPED|WARNING)/g)].map(
    ([, name, outcome]) => `${name} ${outcome}`,
  );
}

for (const suite of SUITES) {
  testUnlessMissing(
    missingPrograms(["litmus"]),
    `litmus ${suite} passes in the files area without a warning`,
    async (t) => {
      const { origin } = await testServer(t);
      const { code, output } = await runProgram(
        "litmus",
        [`${origin}/dav/files/alice/`, "alice", PASSWORD],
        { cwd: await temporaryFolder(t), env: { TESTS: suite } },
      );
      const found = outcomes(output);
      t.log(/of \d+ tests run:.*/.exec(output)?.[0]);
      t.true(found.length >= 4);
      t.deepEqual(
        found.filter((outcome) => !outcome.endsWith(" pass")),
        [],
        output,
      );
      t.notRegex(output, /WARNING/);
      t.is(code, 0);
    },
  );
}
