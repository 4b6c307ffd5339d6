import test from "ava";
import { silencedBy } from "../../../dav/push/dont-notify.ts";
import { processorTime } from "../../support/processor.ts";

const BASE = "https://dav.example/push/subscriptions/";

const CASES: Readonly<Record<string, readonly string[]>> = {
  "": [],
  "*": ["*"],
  '"*"': [],
  [`"${BASE}a"`]: ["a"],
  [`"${BASE}a", "${BASE}b"`]: ["a", "b"],
  [`"https://other.example/x,y", "${BASE}b"`]: ["b"],
  [`"${BASE}a\\b"`]: ["ab"],
  [`garbage, "${BASE}b"`]: ["b"],
  [`"${BASE}a" "${BASE}b"`]: [],
  [`"${BASE}a`]: [],
  [`${BASE}a`]: [],
  ",,,": [],
};

for (const [header, silenced] of Object.entries(CASES)) {
  test(`Push-Dont-Notify: ${header || "(empty)"}`, (t) => {
    t.deepEqual(silencedBy(header, BASE), silenced);
  });
}

test("a header of any length is read in no time", (t) => {
  const header = `"${BASE}a",`.repeat(2000) + '"'.repeat(20_000) + ",x".repeat(10_000);
  const took = processorTime(() => {
    t.is(silencedBy(header, BASE).length, 100);
    silencedBy('"\\'.repeat(20_000), BASE);
  });
  t.true(took < 1000, `${took} ms`);
});
