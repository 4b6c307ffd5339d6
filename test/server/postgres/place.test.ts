import { lstat, realpath, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { Failure } from "../../../server/failure.ts";
import { EmbeddedPostgres } from "../../../server/postgres/embedded.ts";
import { openPlace } from "../../../server/postgres/place.ts";
import { dataFolder } from "../../support/serve.ts";

async function openServer(folder: string): Promise<EmbeddedPostgres> {
  return EmbeddedPostgres.open({
    dataFolder: folder,
    purpose: "test",
    share: false,
    durable: false,
    notice: () => undefined,
    onLost: () => undefined,
  });
}

test("the database's files are for their owner only", async (t) => {
  const data = await dataFolder(t);
  const server = await openServer(data);
  await server.stop();
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
    const first = await openServer(data);
    await first.stop();
    const link = join(data, "postgres");
    t.true((await lstat(link)).isSymbolicLink());
    const place = await realpath(link);
    t.regex(place, /^\/var\/lib\/pushdav\/the data-/);
    t.not((await stat(link)).uid, 0);

    const second = await openServer(data);
    await second.stop();
    t.is(second.url, first.url);
    t.is(await realpath(link), place);
  },
);
