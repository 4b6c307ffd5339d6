import { createECDH, randomBytes } from "node:crypto";
import test from "ava";
import ece from "http_ece";
import { encrypt, MAX_PLAIN, readReceiverKeys } from "../../../../server/push/webpush/encrypt.ts";

const decode = (text: string) => Buffer.from(text, "base64url");

/** RFC 8291 section 5 and appendix A. */
const VECTOR = {
  plain: "When I grow up, I want to be a watermelon",
  p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
  sender: "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw",
  salt: "DGv6ra1nlYgDCS1FRnbzlw",
  body: "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
};

test("the example of RFC 8291 comes out octet for octet", (t) => {
  const keys = readReceiverKeys(VECTOR.p256dh, VECTOR.auth);
  const sender = createECDH("prime256v1");
  sender.setPrivateKey(decode(VECTOR.sender));
  const body =
    keys && encrypt(Buffer.from(VECTOR.plain), keys, { salt: decode(VECTOR.salt), sender });
  t.is(body?.toString("base64url"), VECTOR.body);
});

test("messages of every length are read by another implementation, and no two are alike", (t) => {
  const receiver = createECDH("prime256v1");
  const auth = randomBytes(16);
  const keys = readReceiverKeys(receiver.generateKeys("base64url"), auth.toString("base64url"));
  if (!keys) return t.fail();
  for (const length of [0, 1, 319, MAX_PLAIN]) {
    const plain = randomBytes(length);
    const [body, again] = [encrypt(plain, keys), encrypt(plain, keys)];
    const parameters = { version: "aes128gcm", privateKey: receiver, authSecret: auth } as const;
    t.deepEqual(ece.decrypt(body, parameters), plain);
    t.notDeepEqual(body.subarray(0, 16), again.subarray(0, 16));
    t.notDeepEqual(body.subarray(21, 86), again.subarray(21, 86));
    t.is(body.readUInt32BE(16), 4096);
    t.is(body[20], 65);
    t.true(body.length <= 4096);
  }
  t.throws(() => encrypt(Buffer.alloc(MAX_PLAIN + 1), keys), { instanceOf: RangeError });
});

test("keys are read with and without padding, in both alphabets", (t) => {
  const point = decode(VECTOR.p256dh);
  const auth = decode(VECTOR.auth);
  for (const encoding of ["base64", "base64url"] as const)
    t.deepEqual(readReceiverKeys(point.toString(encoding), auth.toString(encoding)), {
      p256dh: point,
      auth,
    });
});

const point = decode(VECTOR.p256dh);
const BAD: Readonly<Record<string, [Buffer | string, Buffer]>> = {
  "of 64 octets": [point.subarray(1), decode(VECTOR.auth)],
  "that is compressed": [Buffer.concat([Buffer.of(3), point.subarray(1, 33)]), decode(VECTOR.auth)],
  "that is not on the curve": [
    Buffer.concat([point.subarray(0, 64), Buffer.of((point[64] ?? 0) ^ 1)]),
    decode(VECTOR.auth),
  ],
  "that is no base64": ["&&&", decode(VECTOR.auth)],
  "with a secret of 15 octets": [point, decode(VECTOR.auth).subarray(1)],
};

for (const [name, [p256dh, auth]] of Object.entries(BAD)) {
  test(`a key ${name} is refused`, (t) => {
    const key = typeof p256dh === "string" ? p256dh : p256dh.toString("base64url");
    t.is(readReceiverKeys(key, auth.toString("base64url")), null);
  });
}
