import test from "ava";
import { EmbeddedPostgres } from "../../../server/postgres/embedded.ts";
import { isAlive, signal, waitForEnd } from "../../../server/postgres/processes.ts";
import { dataFolder } from "../../support/serve.ts";

test("a stop while a lost server is started again leaves none running", async (t) => {
  const lost = Promise.withResolvers<void>();
  const server = await EmbeddedPostgres.open({
    dataFolder: await dataFolder(t),
    purpose: "test",
    share: false,
    durable: false,
    notice: (line) => /starting it again/.test(line) && lost.resolve(),
    onLost: (error) => lost.reject(error),
  });
  const first = server.pid ?? 0;
  t.true(isAlive(first));
  signal(first, "SIGKILL");
  await lost.promise;
  await server.stop();
  const last = server.pid ?? 0;
  t.true(await waitForEnd(last, 30_000));
  t.false(isAlive(first));
});
