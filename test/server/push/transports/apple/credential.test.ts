import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { AppleConfig, AppleCredentialConfig } from "../../../../../server/push/config.ts";
import { appleAdvertisement } from "../../../../../server/push/transports/apple/advertisement.ts";
import { checkCredential } from "../../../../../server/push/transports/apple/check.ts";
import {
  CredentialError,
  loadCredential,
} from "../../../../../server/push/transports/apple/credential.ts";
import { watchAppleCredentials } from "../../../../../server/push/transports/apple/credentials.ts";
import { Authority, exportKey, type Issued } from "../../../../support/certificates.ts";
import {
  NO_CREDENTIAL,
  readableLog,
  temporaryFolder,
  TOPICS,
  writeCredential,
} from "../../../../support/push.ts";

const authority = new Authority("test CA");
const FIXTURES = join(import.meta.dirname, "../../../../data/apple");
const DAY = 86_400_000;

async function files(t: ExecutionContext, issued: Issued): Promise<AppleCredentialConfig> {
  return writeCredential(await temporaryFolder(t), "calendar", issued);
}

function config(calendar: AppleCredentialConfig | null): AppleConfig {
  return {
    calendar,
    contacts: null,
    host: "localhost",
    port: 1,
    ca: null,
    environment: "PRODUCTION",
    refreshInterval: 172_800,
    expiration: 86_400,
    priority: 5,
    pushType: "background",
    aps: false,
  };
}

async function problem(loading: Promise<unknown>): Promise<string> {
  try {
    await loading;
    return "";
  } catch (error) {
    return error instanceof CredentialError
      ? error.message
      : `not a CredentialError: ${String(error)}`;
  }
}

test("the topic is the UID of the subject, wherever in the name it stands", async (t) => {
  for (const subject of [
    { UID: TOPICS.calendars, CN: "APSP:x", C: "US" },
    { C: "US", CN: "UID=com.apple.wrong", UID: TOPICS.calendars },
    { CN: "a\nUID=com.apple.wrong", UID: TOPICS.calendars },
  ]) {
    const credential = await loadCredential(await files(t, authority.issue({ subject })));
    t.is(credential.topic, TOPICS.calendars);
  }
});

test("certificate and key may be in one file", async (t) => {
  const issued = authority.issuePushCertificate(TOPICS.calendars);
  const loaded = await files(t, issued);
  await writeFile(loaded.certificate ?? "", issued.key + issued.certificate);
  t.is((await loadCredential({ ...loaded, key: null })).topic, TOPICS.calendars);
});

test("a key may be encrypted with the passphrase", async (t) => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const own = await files(t, authority.issuePushCertificate(TOPICS.calendars));
  const plain = await readFile(own.key ?? "", "utf8");
  const encrypted = privateKey.export({
    type: "pkcs8",
    format: "pem",
    cipher: "aes-256-cbc",
    passphrase: "secret",
  });
  await writeFile(own.key ?? "", encrypted);
  t.regex(await problem(loadCredential({ ...own, passphrase: "secret" })), /does not belong/);
  t.regex(
    await problem(loadCredential({ ...own, passphrase: "wrong" })),
    /no private key that can be read/,
  );
  await writeFile(own.key ?? "", plain);
  t.is(await problem(loadCredential(own)), "");
});

test("a PKCS#12 file opens with its passphrase, and says what is wrong when it does not", async (t) => {
  const certificate = join(FIXTURES, "calendar.p12");
  const credential = await loadCredential({ ...NO_CREDENTIAL, certificate, passphrase: "secret" });
  t.is(credential.topic, TOPICS.calendars);
  t.true((credential.validity?.to.getUTCFullYear() ?? 0) > 2100);
  const wrong = { ...NO_CREDENTIAL, certificate, passphrase: "wrong" };
  t.regex(await problem(loadCredential(wrong)), /passphrase does not open/);
  const outdated = join(FIXTURES, "outdated.p12");
  const old = { ...NO_CREDENTIAL, certificate: outdated, passphrase: "secret" };
  t.regex(await problem(loadCredential(old)), /openssl pkcs12 -legacy/);
});

test("a configured topic comes before the one in the certificate", async (t) => {
  const loaded = await files(t, authority.issuePushCertificate(TOPICS.calendars));
  t.is((await loadCredential({ ...loaded, topic: "com.me.test" })).topic, "com.me.test");
});

test("what cannot be used is refused in words", async (t) => {
  const folder = await temporaryFolder(t);
  const good = await files(t, authority.issuePushCertificate(TOPICS.calendars));
  const other = authority.issuePushCertificate(TOPICS.calendars);
  const otherKey = join(folder, "other.key");
  const junk = join(folder, "junk");
  const nameless = await files(t, authority.issue({ subject: { CN: "nobody" } }));
  const rsa = join(folder, "rsa.p8");
  await writeFile(otherKey, other.key);
  await writeFile(junk, "junk");
  await writeFile(rsa, exportKey(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey));
  const p8 = { ...NO_CREDENTIAL, p8: rsa };
  const cases: [AppleCredentialConfig, RegExp][] = [
    [NO_CREDENTIAL, /neither a certificate nor a p8 key/],
    [{ ...good, certificate: join(folder, "none") }, /cannot read .*none: ENOENT/],
    [{ ...good, key: join(folder, "none") }, /cannot read .*none: ENOENT/],
    [{ ...good, key: otherKey }, /other\.key does not belong to the certificate/],
    [{ ...good, key: null }, /no private key that can be read/],
    [{ ...good, key: junk }, /no private key that can be read/],
    [{ ...good, certificate: junk }, /neither a PEM nor a PKCS#12/],
    [{ ...good, certificate: good.key }, /holds no certificate/],
    [nameless, /names no topic/],
    [p8, /key id, team id and topic/],
    [{ ...p8, keyId: "K", teamId: "T", topic: "com.me.x" }, /no P-256 key/],
  ];
  for (const [bad, expected] of cases) t.regex(await problem(loadCredential(bad)), expected);
});

test("the check names topic, dates and what will go wrong", async (t) => {
  const now = new Date("2026-11-22T12:00:00Z");
  const validity = { from: new Date("2026-01-01T00:00:00Z"), to: new Date("2026-12-12T12:00:00Z") };
  const ends = await files(t, authority.issuePushCertificate(TOPICS.calendars, validity));
  t.deepEqual(await checkCredential(ends, "calendars", now), {
    topic: TOPICS.calendars,
    notBefore: validity.from,
    notAfter: validity.to,
    usable: true,
    problems: ["the certificate expires on 2026-12-12, in 20 days; renew it"],
  });
  const after = await checkCredential(ends, "calendars", new Date("2027-01-01T00:00:00Z"));
  t.false(after.usable);
  t.deepEqual(after.problems, ["the certificate expired on 2026-12-12"]);
  const before = await checkCredential(ends, "calendars", new Date("2025-12-31T00:00:00Z"));
  t.deepEqual(before.problems, ["the certificate is valid only from 2026-01-01"]);
  const early = await checkCredential(ends, "calendars", new Date("2026-11-01T00:00:00Z"));
  t.deepEqual(early.problems, []);
  const elsewhere = await checkCredential(ends, "addressbooks", new Date("2026-11-01T00:00:00Z"));
  t.regex(elsewhere.problems.join(), /begins with com\.apple\.contact\./);
  const missing = await checkCredential(NO_CREDENTIAL, "calendars", now);
  t.false(missing.usable);
  t.is(missing.problems.length, 1);
});

test("a half-written file leaves the credential in force, a good one replaces it", async (t) => {
  const { log, text } = readableLog();
  const calendar = await files(t, authority.issuePushCertificate(TOPICS.calendars));
  const watched = await watchAppleCredentials({
    config: config(calendar),
    log,
    clock: () => new Date(),
  });
  t.teardown(() => watched.stop());
  const first = watched.current().calendars;
  await writeFile(calendar.certificate ?? "", "-----BEGIN CERT");
  await watched.reload();
  await watched.reload();
  t.is(watched.current().calendars, first);
  t.is(text().split("no usable credential").length - 1, 1);
  const topic = "com.apple.calendar.XServer.ffffffff-0000-4000-8000-5566778899aa";
  const renewed = authority.issuePushCertificate(topic);
  await writeFile(calendar.certificate ?? "", renewed.certificate);
  await writeFile(calendar.key ?? "", renewed.key);
  await watched.reload();
  t.is(watched.current().calendars?.topic, topic);
  t.is(watched.current().addressbooks, null);
});

test("a certificate's expiry is warned of thirty days ahead, daily, and ends its use", async (t) => {
  const { log, text } = readableLog();
  let now = new Date();
  const to = new Date(Date.now() + 40 * DAY);
  const calendar = await files(t, authority.issuePushCertificate(TOPICS.calendars, { to }));
  const watched = await watchAppleCredentials({ config: config(calendar), log, clock: () => now });
  t.teardown(() => watched.stop());
  const warned = () => text().split("the certificate expires on").length - 1;
  t.is(warned(), 0);
  now = new Date(Date.now() + 11 * DAY);
  await watched.reload();
  await watched.reload();
  t.is(warned(), 1);
  now = new Date(Date.now() + 12.1 * DAY);
  await watched.reload();
  t.is(warned(), 2);
  now = new Date(Date.now() + 41 * DAY);
  t.is(watched.current().calendars, null);
  await watched.reload();
  t.true(text().includes("the certificate expired on"));
});

test("what is advertised follows from configuration and credentials, and so does its fingerprint", async (t) => {
  const calendar = await files(t, authority.issuePushCertificate(TOPICS.calendars));
  const calendars = await loadCredential(calendar);
  const addressbooks = { ...calendars, topic: TOPICS.addressbooks };
  const settings = config(calendar);
  const none = appleAdvertisement(settings, { calendars: null, addressbooks: null });
  const one = appleAdvertisement(settings, { calendars, addressbooks: null });
  const both = appleAdvertisement(settings, { calendars, addressbooks });
  const other = appleAdvertisement(settings, {
    calendars: { ...calendars, topic: "com.me.x" },
    addressbooks,
  });
  t.deepEqual(none.homes, { calendars: null, addressbooks: null });
  t.deepEqual(one.homes, {
    calendars: {
      path: "/push/apple",
      topic: TOPICS.calendars,
      environment: "PRODUCTION",
      refreshInterval: 172_800,
    },
    addressbooks: null,
  });
  t.is(both.homes.addressbooks?.topic, TOPICS.addressbooks);
  t.is(new Set([none, one, both, other].map(({ fingerprint }) => fingerprint)).size, 4);
  t.regex(both.fingerprint, /^[0-9a-f]{8}$/);
  t.is(both.fingerprint, appleAdvertisement(settings, { calendars, addressbooks }).fingerprint);
});

test("the test authority writes certificates that OpenSSL understands", (t) => {
  const { certificate } = authority.issuePushCertificate(TOPICS.calendars);
  const parsed = new X509Certificate(certificate);
  t.true(parsed.verify(new X509Certificate(authority.certificate).publicKey));
  t.is(Reflect.get(parsed.toLegacyObject().subject, "UID"), TOPICS.calendars);
});
