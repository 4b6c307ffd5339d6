import { writeFile } from "node:fs/promises";
import test from "ava";
import { COMMANDS } from "../../server/commands/index.ts";
import { testDatabase } from "../support/database.ts";
import { dataFolder, runCommand, until } from "../support/serve.ts";

test.serial("without arguments, and with help, every command is listed", async (t) => {
  const { code, output } = await runCommand(t, [], {}).ended;
  t.is(code, 0);
  for (const { name, summary } of COMMANDS)
    t.regex(output, new RegExp(`^ {2}${name} +${summary}$`, "m"));
  t.is((await runCommand(t, ["--help"], {}).ended).output, output);
});

for (const { name, load } of COMMANDS) {
  test.serial(
    `the help of ${name} has its usage and examples, in lines that fit a terminal`,
    async (t) => {
      const { help } = await load();
      t.regex(help, new RegExp(`^Usage: pushdav ${name}`));
      t.regex(help, /\nExamples?:\n {2}\S/);
      t.deepEqual(
        help.split("\n").filter((line) => line.length > 100),
        [],
      );
    },
  );
}

test.serial("a command's help is shown by `help` and by --help", async (t) => {
  const shown = await runCommand(t, ["help", "migrate"], {}).ended;
  t.is(shown.code, 0);
  t.regex(shown.output, /^Usage: pushdav migrate/);
  t.deepEqual(await runCommand(t, ["migrate", "--help"], {}).ended, shown);
});

test.serial("a mistyped command gets a suggestion and exit code 2", async (t) => {
  const { code, errors } = await runCommand(t, ["migrat"], {}).ended;
  t.is(code, 2);
  t.is(errors, 'pushdav: there is no command "migrat"; did you mean `pushdav migrate`?\n');
});

test.serial("arguments that make no sense get exit code 2 and a way to the usage", async (t) => {
  for (const args of [
    ["migrate"],
    ["migrate", "down"],
    ["migrate", "up", "--fast"],
    ["serve", "x"],
  ]) {
    const { code, errors } = await runCommand(t, args, {}).ended;
    t.is(code, 2, args.join(" "));
    t.regex(errors, new RegExp(`\`pushdav help ${args[0]}\` shows the usage\n$`));
  }
});

test.serial("a wrong setting is told in one line with exit code 1, and no stack", async (t) => {
  const { code, errors } = await runCommand(t, ["serve"], { PUSHDAV_WORKERS: "many" }).ended;
  t.is(code, 1);
  t.is(
    errors,
    'pushdav: PUSHDAV_WORKERS must be a whole number from 1 to 256, not "many" (for example PUSHDAV_WORKERS=4)\n',
  );
});

test.serial("a database that does not answer is told in one line", async (t) => {
  const DATABASE_URL = "postgresql://ann:hunter2@127.0.0.1:1/x";
  const { code, errors } = await runCommand(t, ["serve"], { DATABASE_URL }).ended;
  t.is(code, 1);
  t.regex(errors, /^pushdav: the database does not answer: .*; check DATABASE_URL\n$/);
  t.notRegex(errors, /hunter2/);
});

test.serial(
  "with DATABASE_URL the server refuses a schema that is too old or too new, and says what to run",
  async (t) => {
    const { pool, url } = await testDatabase(t);
    const variables = { DATABASE_URL: url, PORT: "0", PUSHDAV_WORKERS: "1" };
    await pool.query("insert into migration (name, run_on) values ('9999_later', now())");
    const tooNew = await runCommand(t, ["serve"], variables).ended;
    t.is(tooNew.code, 1);
    t.regex(tooNew.errors, /too new: it has 9999_later.*`pushdav migrate down 1`/);

    await pool.query("drop schema public cascade; create schema public");
    const throughNpm = { ...variables, npm_lifecycle_event: "start" };
    const tooOld = await runCommand(t, ["serve"], throughNpm).ended;
    t.is(tooOld.code, 1);
    t.regex(tooOld.errors, /too old: it lacks 0001_foundation.*`npm run cli -- migrate up`/);

    const server = runCommand(t, ["serve"], { ...variables, PUSHDAV_AUTO_MIGRATE: "1" });
    await until("it migrates and listens", () => server.said().includes('"listening"'));
  },
);

test.serial("the doctor names what is wrong and how to mend it", async (t) => {
  const { url } = await testDatabase(t);
  const certificate = await dataFolder(t);
  await writeFile(certificate, "no certificate");
  const { code, output } = await runCommand(t, ["doctor", "--json"], {
    DATABASE_URL: url,
    PUSHDAV_PUBLIC_URL: "http://127.0.0.1:1",
    PUSHDAV_TLS_CERT: certificate,
    PUSHDAV_TLS_KEY: certificate,
    PUSHDAV_APPLE_CALENDAR_CERTIFICATE: certificate,
  }).ended;
  t.is(code, 1);
  const findings: { check: string; status: string; mend: string }[] = JSON.parse(output);
  const statuses = Object.fromEntries(findings.map(({ check, status }) => [check, status]));
  t.deepEqual(statuses, {
    database: "ok",
    schema: "ok",
    clock: "ok",
    "public URL": "fail",
    certificate: "fail",
    "Apple push, calendars": "fail",
  });
  t.true(findings.every(({ status, mend }) => (status === "ok") === (mend === "")));
});

test.serial("the doctor begins with a database that is not there", async (t) => {
  const DATABASE_URL = "postgresql://ann:hunter2@127.0.0.1:1/x";
  const { code, output } = await runCommand(t, ["doctor"], { DATABASE_URL }).ended;
  t.is(code, 1);
  t.regex(
    output,
    /^fail {2}database: the database does not answer: .*\n {6}-> check DATABASE_URL\n/,
  );
  t.notRegex(output, /hunter2/);
});
