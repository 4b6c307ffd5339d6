import test from "ava";
import { migrate } from "../../../server/commands/migrate.ts";
import { createPool } from "../../../server/store/pool.ts";
import { commandLine } from "../../support/command.ts";

test("migrations are taken back only when that is confirmed and no server is at work", async (t) => {
  const { run, pool, url } = await commandLine(t);
  const { rows } = await pool.query<{ name: string }>("select name from migration order by name");
  const last = rows.at(-1)?.name ?? "";
  await t.throwsAsync(run(migrate, ["down", "1"]), { message: /nothing taken back; say --yes/ });
  await t.throwsAsync(run(migrate, ["down", "9999", "--yes"]), {
    message: `only ${rows.length} are applied`,
  });
  const { code, output } = await run(migrate, ["down", "1", "--yes"]);
  t.is(code, 0);
  t.is(output, `took back ${last}\n`);
  const status = await run(migrate, ["status"]);
  t.is(status.code, 1);
  t.regex(status.output, new RegExp(`^pending ${last}$`, "m"));

  const settings = { url, size: 1, statementTimeout: 10_000, onError: () => {} };
  const server = createPool({ ...settings, name: "pushdav background" });
  t.teardown(() => server.end());
  await server.query("select");
  await t.throwsAsync(run(migrate, ["down", "1", "--yes"]), { message: /stop it first/ });
});
