import { lstat, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { dataFolder, startServe } from "../../support/serve.ts";

test("the database's files are for their owner only", async (t) => {
  const data = await dataFolder(t);
  await startServe(t, { PUSHDAV_DATA: data });
  const modeOf = async (name: string) => (await stat(join(data, name))).mode & 0o777;
  t.is(await modeOf("."), 0o700);
  t.is(await modeOf("postgres"), 0o700);
  t.is(await modeOf("postgres/cluster"), 0o700);
  t.is(await modeOf("postgres/password"), 0o600);
});

const asRoot = process.getuid?.() === 0 ? test : test.skip;

asRoot(
  "as root, a database that its user could not reach is put elsewhere, and found again",
  async (t) => {
    const data = await dataFolder(t, 0o700);
    const first = await startServe(t, { PUSHDAV_DATA: data });
    const link = join(data, "postgres");
    t.true((await lstat(link)).isSymbolicLink());
    t.regex(await realpath(link), /^\/var\/lib\/pushdav\/the data-/);
    t.not((await stat(link)).uid, 0);
    first.child.kill("SIGTERM");
    await first.ended;

    const second = await startServe(t, { PUSHDAV_DATA: data });
    t.notRegex(second.said(), /Password/);
  },
);
