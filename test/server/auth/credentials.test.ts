import test from "ava";
import * as fc from "fast-check";
import { parseBasic } from "../../../server/auth/credentials.ts";
import { holds } from "../../support/property.ts";

const basic = (text: string | Uint8Array) => `Basic ${Buffer.from(text).toString("base64")}`;

test("a Basic header is read in UTF-8, with colons in the password and any case of scheme", (t) => {
  const table: [string, string, string][] = [
    [basic("ann:secret"), "ann", "secret"],
    [basic("ann:a:b::"), "ann", "a:b::"],
    [basic("Ann@Example.org: x "), "ann@example.org", " x "],
    [basic("ann:pässwörd€"), "ann", "pässwörd€"],
    [basic("ann:a\u0308"), "ann", "\u00e4"],
    [basic("ann:secret").replace("Basic", "bAsIc"), "ann", "secret"],
    [basic("ann:secret").replace(" ", "   "), "ann", "secret"],
    [basic("ann:secrets").replace(/=+$/, ""), "ann", "secrets"],
  ];
  for (const [header, login, password] of table) {
    t.deepEqual(parseBasic(header), { login, password }, header);
  }
});

test("a header that is missing, malformed or empty gives no credentials", (t) => {
  const table = [
    undefined,
    "",
    "Basic",
    "Basic ",
    "Basic !!!",
    "Basic YW5u:c2VjcmV0",
    "Bearer abc",
    `Digest username="ann"`,
    basic("ann"),
    basic(":secret"),
    basic("ann:"),
    basic("ann:a\u0000b"),
    basic("an\nn:x"),
    basic(Uint8Array.of(0x61, 0x3a, 0xe4)),
    basic(`${"a".repeat(321)}:x`),
    basic(`ann:${"x".repeat(1025)}`),
    `${basic("ann:secret")} ${basic("ann:secret")}`,
  ];
  for (const header of table) t.is(parseBasic(header), null, header);
});

test("no header makes the parser throw", (t) => {
  holds(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (bytes, text) => {
      parseBasic(basic(bytes));
      parseBasic(text);
      parseBasic(`Basic ${text}`);
    }),
  );
  t.pass();
});
