import test from "ava";
import { remember } from "../../../dav/xml/remember.ts";

function counting() {
  const computed: string[] = [];
  const upper = remember(
    (text) => {
      computed.push(text);
      return text.toUpperCase();
    },
    { texts: 2, length: 3 },
  );
  return { computed, upper };
}

test("a text that comes again is not computed again", (t) => {
  const { computed, upper } = counting();
  t.deepEqual(["a", "a", "a"].map(upper), ["A", "A", "A"]);
  t.deepEqual(computed, ["a"]);
});

test("what was asked for longest ago makes room", (t) => {
  const { computed, upper } = counting();
  for (const text of ["a", "b", "a", "c", "a", "b"]) upper(text);
  t.deepEqual(computed, ["a", "b", "c", "b"]);
});

test("a long text is not kept", (t) => {
  const { computed, upper } = counting();
  t.deepEqual(["long", "long"].map(upper), ["LONG", "LONG"]);
  t.deepEqual(computed, ["long", "long"]);
});
