import { lstat, realpath, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { Failure } from "../../../server/failure.ts";
import { openPlace } from "../../../server/postgres/place.ts";
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

test("a data folder that cannot be one is told in one line", async (t) => {
  const file = await dataFolder(t);
  await writeFile(file, "");
  const error = t.throws(() => openPlace(file), { instanceOf: Failure });
  t.regex(error?.message ?? "", /^the data folder .* cannot be used \(.*\); set PUSHDAV_DATA$/);
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
