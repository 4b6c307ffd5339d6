import test from "ava";
import type { Credential } from "../../../../../server/push/transports/apple/credential.ts";
import { Gate } from "../../../../../server/push/transports/apple/gate.ts";

function credential(hash: string): Credential {
  return { topic: "com.me.x", validity: null, tls: {}, signer: null, hash };
}

test("a gate is closed for its time, and for one credential only", (t) => {
  let now = 0;
  const gate = new Gate(() => new Date(now));
  t.true(gate.isOpen(credential("a")));
  gate.close(credential("a"), 60);
  t.false(gate.isOpen(credential("a")));
  t.true(gate.isOpen(credential("b")));
  now = 59_999;
  t.false(gate.isOpen(credential("a")));
  now = 60_000;
  t.true(gate.isOpen(credential("a")));
});
