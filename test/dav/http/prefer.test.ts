import test from "ava";
import {
  prefersNoRoot,
  returnPreference,
  type ReturnPreference,
} from "../../../dav/http/prefer.ts";
import type { DavRequest } from "../../../dav/http/request.ts";

const request = (headers: Record<string, string>): DavRequest => ({
  method: "PROPFIND",
  path: { kind: "root" },
  headers,
  body: Buffer.alloc(0),
});

const RETURNS: readonly (readonly [string, ReturnPreference])[] = [
  ["return=minimal", "minimal"],
  ["Return = Minimal", "minimal"],
  ['return="representation"', "representation"],
  ["respond-async, wait=10, return=minimal", "minimal"],
  ["return=minimal, return=representation", "minimal"],
  ["return=representation; x=y; z, return=minimal", "representation"],
  ["noreturn=minimal", null],
  ['foo="return=minimal"', null],
  ["foo; return=minimal", null],
  ["return", null],
  ["return=everything", null],
  [",;=,", null],
];

for (const [prefer, expected] of RETURNS) {
  test(`Prefer: ${prefer} means ${expected ?? "nothing"}`, (t) => {
    t.is(returnPreference(request({ prefer })), expected);
  });
}

test("Brief: t is minimal where Prefer says nothing of it", (t) => {
  t.is(returnPreference(request({ brief: "T " })), "minimal");
  t.is(returnPreference(request({ brief: "f" })), null);
  t.is(returnPreference(request({ brief: "t", prefer: "depth-noroot" })), "minimal");
  t.is(
    returnPreference(request({ brief: "t", prefer: "return=representation" })),
    "representation",
  );
});

test("the root is left out by depth-noroot, or by the older noroot in Depth", (t) => {
  t.true(prefersNoRoot(request({ prefer: "return=minimal, Depth-NoRoot" })));
  t.true(prefersNoRoot(request({ depth: "1, noroot" })));
  t.false(prefersNoRoot(request({ prefer: "return=minimal; depth-noroot" })));
  t.false(prefersNoRoot(request({ depth: "1" })));
});
