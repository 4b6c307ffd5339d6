import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { variablesAsMarkdown } from "../../server/config/document.ts";
import { listVariables, readConfig, readEnvironment } from "../../server/config.ts";
import { Failure } from "../../server/failure.ts";
import { dataFolder } from "../support/serve.ts";

const README = join(import.meta.dirname, "../../README.md");
const TABLE = /(?<=<!-- variables -->\n)[^]*(?=\n<!-- \/variables -->)/;

/** Wrong settings, and what the one line about them must say. */
const WRONG: readonly (readonly [Record<string, string>, RegExp])[] = [
  [
    { PORT: "http" },
    /^PORT must be a whole number from 0 to 65535, not "http" \(for example PORT=443\)$/,
  ],
  [{ PORT: "70000" }, /^PORT must be /],
  [{ PUSHDAV_WORKERS: "0" }, /^PUSHDAV_WORKERS must be a whole number from 1 to 256/],
  [{ PUSHDAV_WORKERS: "2.5" }, /^PUSHDAV_WORKERS must be /],
  [{ PUSHDAV_PUBLIC_URL: "dav.example.org" }, /^PUSHDAV_PUBLIC_URL must be an http or https URL/],
  [{ PUSHDAV_PUBLIC_URL: "https://example.org/dav" }, /^PUSHDAV_PUBLIC_URL .*without a path/],
  [{ PUSHDAV_PUBLIC_URL: "ftp://example.org" }, /^PUSHDAV_PUBLIC_URL must be /],
  [{ PUSHDAV_MAX_RESOURCE_SIZE: "big" }, /^PUSHDAV_MAX_RESOURCE_SIZE must be a size such as/],
  [{ PUSHDAV_TRUSTED_PROXIES: "10.0.0.0/99" }, /^PUSHDAV_TRUSTED_PROXIES must be addresses/],
  [{ PUSHDAV_TRUSTED_PROXIES: "proxy.local" }, /^PUSHDAV_TRUSTED_PROXIES must be addresses/],
  [{ PUSHDAV_LOG_LEVEL: "loud" }, /^PUSHDAV_LOG_LEVEL must be one of fatal, error, warn/],
  [{ PUSHDAV_PUSH_WINDOW: "-1" }, /^PUSHDAV_PUSH_WINDOW must be a number of seconds from 0/],
  [{ PUSHDAV_PUSH_WINDOWS: "fax=1" }, /^PUSHDAV_PUSH_WINDOWS must be NAME=SECONDS with apple, /],
  [{ PUSHDAV_PUSH_WINDOWS: "apple=x" }, /^PUSHDAV_PUSH_WINDOWS must be /],
  [{ PUSHDAV_LOGIN_LIMIT: "10" }, /^PUSHDAV_LOGIN_LIMIT must be failures\/seconds/],
  [{ PUSHDAV_APPLE_ENVIRONMENT: "production" }, /^PUSHDAV_APPLE_ENVIRONMENT must be one of/],
  [{ PUSHDAV_AUTO_MIGRATE: "maybe" }, /^PUSHDAV_AUTO_MIGRATE must be on or off/],
  [{ PUSHDAV_TLS_CERT: "a.pem" }, /^PUSHDAV_TLS_KEY must be set too/],
  [{ PUSHDAV_TLS_KEY: "a.pem" }, /^PUSHDAV_TLS_CERT must be set too/],
  [{ PUSHDAV_APPLE_CALENDAR_KEY: "a" }, /^PUSHDAV_APPLE_CALENDAR_CERTIFICATE must be set too/],
  [
    {
      PUSHDAV_APPLE_CONTACTS_P8: "a",
      PUSHDAV_APPLE_CONTACTS_TOPIC: "b",
      PUSHDAV_APPLE_CONTACTS_P8_KEY_ID: "c",
    },
    /^PUSHDAV_APPLE_CONTACTS_P8_TEAM_ID must be set too .*_P8_TEAM_ID=DEF123GHIJ\)$/,
  ],
  [
    { PUSHDAV_WORKRES: "2" },
    /^PUSHDAV_WORKRES is not a setting of pushdav \(did you mean PUSHDAV_WORKERS\?\)$/,
  ],
];

for (const [variables, message] of WRONG) {
  test(`${JSON.stringify(variables)} is refused in one line`, (t) => {
    const error = t.throws(() => readConfig(variables), { instanceOf: Failure });
    t.regex(error.message, message);
    t.notRegex(error.message, /\n/);
  });
}

test("every wrong variable gets its own line", (t) => {
  const error = t.throws(() => readConfig({ PORT: "x", PUSHDAV_WORKERS: "y" }));
  t.is(error.message.split("\n").length, 2);
});

test("a wrong value of a secret is not repeated", (t) => {
  const error = t.throws(() => readConfig({ DATABASE_URL: "mysql://ann:hunter2@db/x" }));
  t.regex(error.message, /^DATABASE_URL must be a postgresql:\/\/ URL/);
  t.notRegex(error.message, /hunter2/);
});

test("every example in the table is a right value", (t) => {
  for (const { name, example } of listVariables()) {
    const alone = /^PUSHDAV_(TLS_|APPLE_(CALENDAR|CONTACTS)_)/.test(name);
    if (!alone) t.notThrows(() => readConfig({ [name]: example }), name);
  }
});

test("an empty variable counts as not set", (t) => {
  t.deepEqual(readConfig({ PORT: "", PUSHDAV_WORKERS: " " }), readConfig({}));
});

test("sizes, networks, rates and credentials arrive as values to work with", (t) => {
  const config = readConfig({
    PUSHDAV_MAX_RESOURCE_SIZE: "500 kB",
    PUSHDAV_TRUSTED_PROXIES: "loopback, 10.0.0.0/8",
    PUSHDAV_LOGIN_LIMIT: "5/60",
    PUSHDAV_PUBLIC_URL: "https://dav.example.org:443/",
    PUSHDAV_APPLE_CALENDAR_CERTIFICATE: "a.p12",
    PUSHDAV_APPLE_PUSH_TYPE: "none",
  });
  t.is(config.maxResourceSize, 512_000);
  t.is(config.http.trustedProxies.length, 3);
  t.deepEqual(config.login.limits.pair, { failures: 5, seconds: 60 });
  t.is(config.http.publicUrl, "https://dav.example.org");
  t.is(config.push.apple.calendar?.certificate, "a.p12");
  t.is(config.push.apple.contacts, null);
  t.is(config.push.apple.pushType, "");
});

test("the configuration is frozen all the way down", (t) => {
  const config = readConfig({});
  t.true(Object.isFrozen(config));
  t.true(Object.isFrozen(config.push.apple));
  t.true(Object.isFrozen(config.http.trustedProxies));
});

test("a file adds variables, and the environment goes before it", async (t) => {
  const file = await dataFolder(t);
  await writeFile(file, "# settings\nPORT=1234\nPUSHDAV_LOG_LEVEL='warn'\n");
  const environment = readEnvironment({ PUSHDAV_ENV_FILE: file, PORT: "4321" });
  const config = readConfig(environment);
  t.is(config.http.port, 4321);
  t.is(config.log.level, "warn");
});

test("a named file that is missing is told in one line", (t) => {
  const error = t.throws(() => readEnvironment({ PUSHDAV_ENV_FILE: "/no/such/file" }));
  t.regex(error.message, /^PUSHDAV_ENV_FILE must be a file that can be read/);
});

/** A table without the padding that the formatter adds. */
const plain = (table: string) => table.trim().replace(/ +/g, " ").replace(/-+/g, "-");

test("the README's table of variables is that of the code", async (t) => {
  const readme = await readFile(README, "utf8");
  const table = TABLE.exec(readme)?.[0] ?? t.fail("the README has no table");
  if (process.env["PUSHDAV_TEST_UPDATE"]) {
    await writeFile(
      README,
      readme.replace(TABLE, () => variablesAsMarkdown()),
    );
    t.pass("written");
  } else {
    t.is(plain(table), plain(variablesAsMarkdown()), "`npm run variables` writes it");
  }
});
