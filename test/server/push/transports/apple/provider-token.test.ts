import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import test from "ava";
import type { Signer } from "../../../../../server/push/transports/apple/credential.ts";
import { createProviderTokens } from "../../../../../server/push/transports/apple/provider-token.ts";

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 22);

function signer(keyId = "ABCDE12345"): Signer {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { keyId, teamId: "TEAM123456", key: privateKey };
}

function decode(part: string | undefined): unknown {
  return JSON.parse(Buffer.from(part ?? "", "base64url").toString());
}

test("a token is an ES256 JWT of key id, team id and time", (t) => {
  const used = signer();
  const token = createProviderTokens(() => new Date(START)).get(used);
  const [head, claims, signature] = token.split(".");
  t.deepEqual(decode(head), { alg: "ES256", kid: "ABCDE12345", typ: "JWT" });
  t.deepEqual(decode(claims), { iss: "TEAM123456", iat: START / 1000 });
  const key = { key: createPublicKey(used.key), dsaEncoding: "ieee-p1363" } as const;
  t.true(
    verify(
      "sha256",
      Buffer.from(`${head}.${claims}`),
      key,
      Buffer.from(signature ?? "", "base64url"),
    ),
  );
});

test("a token is kept for 40 minutes and then renewed", (t) => {
  let now = START;
  const tokens = createProviderTokens(() => new Date(now));
  const used = signer();
  const first = tokens.get(used);
  now = START + 39 * MINUTE;
  t.is(tokens.get(used), first);
  now = START + 40 * MINUTE;
  t.not(tokens.get(used), first);
});

test("a token is not renewed on demand within 20 minutes", (t) => {
  let now = START;
  const tokens = createProviderTokens(() => new Date(now));
  const used = signer();
  const first = tokens.get(used);
  now = START + 19 * MINUTE;
  t.false(tokens.renew(used));
  t.is(tokens.get(used), first);
  now = START + 20 * MINUTE;
  t.true(tokens.renew(used));
  t.not(tokens.get(used), first);
});

test("those who send with one key share its token, another key has its own", (t) => {
  const tokens = createProviderTokens(() => new Date(START));
  const used = signer();
  t.is(tokens.get(used), tokens.get({ ...used }));
  t.not(tokens.get(used), tokens.get(signer("OTHER12345")));
  t.not(tokens.get(used), tokens.get(signer()));
});
