import { spawn } from "node:child_process";
import { constants, copyFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { isAlive } from "../../server/postgres/processes.ts";
import { dataFolder, runCommand, until } from "../support/serve.ts";
import { Teardowns } from "../support/teardowns.ts";

/** The packaged Node under a path of its own: a launcher that runs on it directly starts no other. */
const otherNode = join(tmpdir(), `pushdav-node-${process.pid}`);
test.before(() => copyFile(process.execPath, otherNode, constants.COPYFILE_FICLONE));
test.after.always(() => rm(otherNode, { force: true }));

const root = join(import.meta.dirname, "../..");
const LAUNCHER = join(root, "bin/pushdav.mjs");

const teardowns = new Teardowns();
const data = dataFolder(teardowns);
test.after.always(() => teardowns.run());

test("the launcher passes arguments on, and the exit code and output back", async (t) => {
  const child = spawn(otherNode, [LAUNCHER, "no such"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const code = await new Promise((resolve) => child.on("close", resolve));
  t.is(code, 2);
  t.regex(errors, /there is no command "no such"/);
});

for (const [signal, code] of [
  ["SIGTERM", 0],
  ["SIGKILL", null],
] as const) {
  test.serial(`${signal} to the launcher stops the server and its database`, async (t) => {
    const variables = { PORT: "0", PUSHDAV_WORKERS: "1", PUSHDAV_DATA: await data };
    const launcher = runCommand(t, ["serve"], variables, [otherNode, LAUNCHER]);
    await until("it listens", () => launcher.said().includes('"listening"'));
    const supervisor = Number(/"pid":(\d+),"role":"supervisor"/.exec(launcher.said())?.[1]);
    launcher.child.kill(signal);
    t.is((await launcher.ended).code, code);
    await until("the supervisor has ended", () => !isAlive(supervisor));
    const again = await runCommand(t, ["migrate", "status"], variables).ended;
    t.is(again.errors, "");
  });
}
