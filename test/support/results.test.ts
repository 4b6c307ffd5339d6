import test from "ava";
import { countResults } from "./results.ts";

test("counts are read off the end of ava's output", (t) => {
  const output = "  ✔ a › b\n  ─\n\n  3 tests passed\n  2 tests skipped\n";
  t.deepEqual(countResults(output, 0), { passed: 3, failed: 0, skipped: 2 });
});

test("beside failures the tests that passed are counted one by one", (t) => {
  const output = "  ✔ a › b\n  ✘ [fail]: a › c\n  ✔ a › d\n  ─\n\n  1 test failed\n";
  t.deepEqual(countResults(output, 1), { passed: 2, failed: 1, skipped: 0 });
});

test("a run that fails before any test counts as one failure", (t) => {
  t.deepEqual(countResults("Couldn't find any files to test\n", 1).failed, 1);
});
