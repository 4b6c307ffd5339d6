import test from "ava";
import { UsageError } from "../../../server/commands/command.ts";
import { group } from "../../../server/commands/group.ts";
import { user } from "../../../server/commands/user.ts";
import { commandLine } from "../../support/command.ts";

test("a group is made, filled, shown, emptied and deleted", async (t) => {
  const { run } = await commandLine(t);
  for (const name of ["ann", "bob", "cid"]) await run(user, ["add", name], "s");
  const made = await run(group, ["create", "Band", "--name", "The Band"]);
  t.is(made.output, "made the group band\n");
  await run(group, ["add", "BAND", "bob", "ANN"]);
  await run(group, ["add", "band", "ann", "cid"]);
  t.is((await run(group, ["members", "band"])).output, "ann\nbob\ncid\n");
  await run(group, ["remove", "band", "bob", "nobody"]);
  t.deepEqual(JSON.parse((await run(group, ["list", "--json"])).output), [
    { name: "band", displayName: "The Band", members: ["ann", "cid"] },
  ]);
  t.regex((await run(group, ["list"])).output, /^GROUP +NAME +MEMBERS\nband +The Band +2\n$/);
  await t.throwsAsync(run(group, ["delete", "band"]), { message: /nothing deleted; say --yes/ });
  await run(group, ["delete", "band", "--yes"]);
  t.is((await run(group, ["list", "--json"])).output, "[]\n");
  t.regex((await run(user, ["list"])).output, /\nann .*\nbob .*\ncid /);
});

test("a group holds no groups, and has a name of its own", async (t) => {
  const { run } = await commandLine(t);
  await run(user, ["add", "ann", "--email", "ann@example.org"], "s");
  await run(group, ["create", "band"]);
  await run(group, ["create", "duo"]);
  const table: [string[], RegExp][] = [
    [["add", "band", "ann", "duo"], /"duo" is a group; add its members one by one/],
    [["add", "band", "band"], /"band" is a group/],
    [["add", "band", "ann", "nobody"], /There is no account "nobody"/],
    [["add", "ann", "ann"], /There is no group "ann"/],
    [["remove", "nothing", "ann"], /There is no group "nothing"/],
    [["members", "ann"], /There is no group "ann"/],
    [["delete", "ann", "--yes"], /There is no group "ann"/],
    [["create", "ann"], /taken already/],
    [["create", "ann@example.org"], /taken already/],
    [["create", "band"], /taken already/],
    [["create", "a b"], /is not allowed/],
  ];
  for (const [args, message] of table) await t.throwsAsync(run(group, args), { message });
  t.is((await run(group, ["members", "band"])).output, "");
});

test("a group is no account: it has no password, and is not deleted as one", async (t) => {
  const { run } = await commandLine(t);
  await run(group, ["create", "band"]);
  const none = { message: 'There is no account "band".' };
  await t.throwsAsync(run(user, ["passwd", "band"], "s"), none);
  await t.throwsAsync(run(user, ["enable", "band"]), none);
  await t.throwsAsync(run(user, ["delete", "band", "--yes"]), none);
  await t.throwsAsync(run(user, ["add", "band"], "s"), { message: /taken already/ });
});

test("arguments that make no sense are refused", async (t) => {
  const { run } = await commandLine(t);
  const table = [
    [],
    ["nonsense"],
    ["create"],
    ["add", "band"],
    ["list", "band"],
    ["members", "band", "ann"],
    ["add", "band", "ann", "--name", "x"],
  ];
  for (const args of table) await t.throwsAsync(run(group, args), { instanceOf: UsageError });
});
