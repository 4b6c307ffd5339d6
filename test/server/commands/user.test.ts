import test from "ava";
import { UsageError } from "../../../server/commands/command.ts";
import { user } from "../../../server/commands/user.ts";
import { findLogin } from "../../../server/store/accounts.ts";
import { verifyPassword } from "../../../server/auth/password.ts";
import { commandLine } from "../../support/command.ts";

test("user add makes an account with the password of the first line of the input", async (t) => {
  const { run, pool } = await commandLine(t);
  const args = ["add", "Ann", "--email", "ann@example.org", "--name", "Ann Example"];
  const { code, output } = await run(user, args, "geheim: ä\r\nmore");
  t.is(code, 0);
  t.is(output, "added ann\n");
  const login = await findLogin(pool, "ann@example.org");
  t.true(await verifyPassword(login?.passwordHash ?? "", "geheim: ä"));
});

test("user list shows every account, as a table or in JSON", async (t) => {
  const { run } = await commandLine(t);
  await run(user, ["add", "bob"], "s");
  await run(user, ["add", "ann", "--email", "ann@example.org"], "s");
  await run(user, ["disable", "bob"]);
  t.is((await run(user, ["quota", "ann", "20 MB"])).output, "ann may store 20 MB\n");
  const { output } = await run(user, ["list"]);
  t.deepEqual(
    output.split("\n").map((line) => line.split(/ {2,}/)),
    [
      ["NAME", "ADDRESS", "EVENTS", "TASKS", "CARDS", "STORED", "LAST LOGIN", "STATE"],
      ["ann", "ann@example.org", "0", "0", "0", "0 bytes of 20 MB", "never", "active"],
      ["bob", "-", "0", "0", "0", "0 bytes of 1 GB", "never", "disabled"],
      [""],
    ],
  );
  const json = await run(user, ["list", "--json"]);
  t.like(JSON.parse(json.output), {
    0: { name: "ann", disabled: false, storage: { used: 0, quota: 20 * 2 ** 20 } },
    1: { name: "bob", storage: { used: 0, quota: null } },
  });
  t.is((await run(user, ["quota", "ann", "default"])).output, "ann may store 1 GB\n");
  t.regex((await run(user, ["list"])).output, /ann@example.org .* 0 bytes of 1 GB /);
});

test("user passwd, enable and delete do what they say", async (t) => {
  const { run, pool } = await commandLine(t);
  await run(user, ["add", "ann"], "old\n");
  await run(user, ["passwd", "ANN"], "new\n");
  const login = await findLogin(pool, "ann");
  t.true(await verifyPassword(login?.passwordHash ?? "", "new"));
  await run(user, ["disable", "ann"]);
  t.is((await findLogin(pool, "ann"))?.passwordHash, null);
  await run(user, ["enable", "ann"]);
  t.truthy((await findLogin(pool, "ann"))?.passwordHash);
  await t.throwsAsync(run(user, ["delete", "ann"]), { message: /nothing deleted; say --yes/ });
  t.truthy(await findLogin(pool, "ann"));
  await run(user, ["delete", "ann", "--yes"]);
  t.is(await findLogin(pool, "ann"), null);
});

test("what cannot be done is said in words", async (t) => {
  const { run } = await commandLine(t);
  await run(user, ["add", "ann"], "s");
  const table: [string[], string, RegExp][] = [
    [["add", "ann"], "s", /taken already/],
    [["add", "a b"], "s", /is not allowed/],
    [["add", "bob"], "", /first line of standard input/],
    [["add", "bob"], "\n", /first line of standard input/],
    [["add", "bob", "--email", "x"], "s", /not a mail address/],
    [["passwd", "bob"], "s", /no account "bob"/],
    [["quota", "bob", "1 MB"], "", /no account "bob"/],
    [["delete", "bob", "--yes"], "", /no account "bob"/],
    [["add", "ann"], "", /taken already/],
    [["add", "bob", "--email", "x"], "", /not a mail address/],
    [["passwd", "bob"], "", /no account "bob"/],
    [["delete", "bob"], "", /no account "bob"/],
  ];
  for (const [args, input, message] of table) {
    await t.throwsAsync(run(user, args, input), { message }, args.join(" "));
  }
});

test("arguments that make no sense are misuse, a password among them above all", async (t) => {
  const { run } = await commandLine(t);
  const table = [
    [],
    ["frobnicate"],
    ["toString"],
    ["add"],
    ["add", "ann", "secret"],
    ["list", "ann"],
    ["quota", "ann"],
    ["quota", "ann", "much"],
    ["quota", "ann", "20", "MB"],
    ["add", "ann", "--json"],
    ["passwd", "ann", "--email", "x@y"],
    ["add", "ann", "--password", "x"],
  ];
  for (const args of table) {
    await t.throwsAsync(run(user, args, "s"), { instanceOf: UsageError }, args.join(" "));
  }
});
