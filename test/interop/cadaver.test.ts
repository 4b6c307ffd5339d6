/**
 * cadaver (0.24 was the one tried), a command line for WebDAV: it lists, writes, reads, moves and
 * deletes objects of a calendar. Skipped where cadaver is not installed.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eventText } from "../support/objects.ts";
import {
  runProgram,
  temporaryFolder,
  missingPrograms,
  testUnlessMissing,
} from "../support/programs.ts";
import { PASSWORD, testServer } from "../support/server.ts";

testUnlessMissing(
  missingPrograms(["cadaver"]),
  "cadaver works in a calendar as in a folder",
  async (t) => {
    const { origin } = await testServer(t);
    const folder = await temporaryFolder(t);
    const netrc = `machine 127.0.0.1 login alice password "${PASSWORD}"\n`;
    await writeFile(join(folder, ".netrc"), netrc, { mode: 0o600 });
    await writeFile(join(folder, "a.ics"), eventText("a", "Dentist"));
    await writeFile(join(folder, "b.ics"), "no calendar");

    const run = async (...commands: readonly string[]) => {
      const url = `${origin}/dav/calendars/alice/`;
      const input = `${commands.join("\n")}\nquit\n`;
      return (await runProgram("cadaver", [url], { cwd: folder, input })).output;
    };
    t.regex(await run("ls"), /Coll: +calendar [\s\S]*Coll: +tasks /);
    t.regex(await run("mkcol plain"), /Creating `plain': failed:\n403 Forbidden/);
    t.regex(await run("cd calendar", "put a.ics", "ls"), /succeeded\.[\s\S]* a\.ics +\d+ /);
    t.regex(await run("cd calendar", "put b.ics"), /failed:\n403 Forbidden/);
    t.regex(await run("cd calendar", "get a.ics back.ics"), /succeeded\./);
    t.is(await readFile(join(folder, "back.ics"), "utf8"), eventText("a", "Dentist"));
    t.regex(
      await run("cd calendar", "propset a.ics mood fair", "propget a.ics mood"),
      /mood is: fair/,
    );

    const moved = await run("cd calendar", "move a.ics c.ics", "ls");
    t.regex(moved, / c\.ics +\d+ /);
    t.notRegex(moved, / a\.ics +\d+ /);
    t.regex(
      await run("cd calendar", "delete c.ics", "ls"),
      /Listing collection .*: collection is empty/,
    );
  },
);
