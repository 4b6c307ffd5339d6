import test from "ava";
import * as fc from "fast-check";
import { backOff } from "../../../server/push/backoff.ts";
import { holds } from "../../support/property.ts";

test("the back-off doubles from five seconds to fifteen minutes, with jitter upwards", (t) => {
  holds(
    fc.property(fc.nat({ max: 1000 }), (attempts) => {
      const least = Math.min(5 * 2 ** Math.min(attempts, 20), 900);
      const delay = backOff(attempts);
      return delay >= least && delay <= least * 1.5;
    }),
  );
  t.pass();
});

test("a time the service asks for is never undercut", (t) => {
  holds(
    fc.property(fc.nat({ max: 20 }), fc.nat({ max: 86_400 }), (attempts, after) => {
      const delay = backOff(attempts, after);
      return delay >= after && delay <= after * 1.5;
    }),
  );
  t.pass();
});
