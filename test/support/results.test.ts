import test from "ava";
import { countResults } from "./results.ts";

test("counts are read off the end of ava's output", (t) => {
  const output = "  ✔ a › b\n  ─\n\n  3 tests passed\n  1 test failed\n  2 tests skipped\n";
  t.deepEqual(countResults(output, 1), { passed: 3, failed: 1, skipped: 2 });
});

test("a run that fails before any test counts as one failure", (t) => {
  t.deepEqual(countResults("Couldn't find any files to test\n", 1).failed, 1);
});
