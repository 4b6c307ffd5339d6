/**
 * cadaver (0.24 was the one tried), a command line for WebDAV: it lists, writes, reads, moves and
 * deletes objects of a calendar, and does all it can in the files area. Skipped where cadaver is not installed.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { eventText } from "../support/objects.ts";
import {
  runProgram,
  temporaryFolder,
  missingPrograms,
  testUnlessMissing,
} from "../support/programs.ts";
import { PASSWORD, testServer } from "../support/server.ts";

type Run = (...commands: readonly string[]) => Promise<string>;

/** A folder with cadaver's credentials in it, and how to run commands of cadaver there. */
async function cadaver(t: ExecutionContext, path: string): Promise<{ folder: string; run: Run }> {
  const { origin } = await testServer(t);
  const folder = await temporaryFolder(t);
  const netrc = `machine 127.0.0.1 login alice password "${PASSWORD}"\n`;
  await writeFile(join(folder, ".netrc"), netrc, { mode: 0o600 });
  const run: Run = async (...commands) => {
    const input = `${commands.join("\n")}\nquit\n`;
    return (await runProgram("cadaver", [`${origin}${path}`], { cwd: folder, input })).output;
  };
  return { folder, run };
}

testUnlessMissing(
  missingPrograms(["cadaver"]),
  "cadaver works in a calendar as in a folder",
  async (t) => {
    const { folder, run } = await cadaver(t, "/dav/calendars/alice/");
    await writeFile(join(folder, "a.ics"), eventText("a", "Dentist"));
    await writeFile(join(folder, "b.ics"), "no calendar");

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

testUnlessMissing(
  missingPrograms(["cadaver"]),
  "cadaver does all it can in the files area",
  async (t) => {
    const { folder, run } = await cadaver(t, "/dav/files/alice/");
    await writeFile(join(folder, "a.txt"), "a note");

    t.regex(await run("mkcol notes", "cd notes", "put a.txt", "ls"), / a\.txt +6 /);
    t.regex(await run("get notes/a.txt back.txt"), /succeeded\./);
    t.is(await readFile(join(folder, "back.txt"), "utf8"), "a note");
    t.regex(await run("copy notes/a.txt b.txt", "move b.txt c.txt", "ls"), / c\.txt +6 /);
    t.regex(await run("copy notes/ twice/", "ls twice"), / a\.txt +6 /);

    // A session forgets its locks when it ends, so another one cannot change what it locked.
    const locked = await run("lock c.txt", "put a.txt c.txt", "discover c.txt");
    t.regex(locked, /Locking `c\.txt': succeeded\.[\s\S]*succeeded\.[\s\S]*urn:uuid:/);
    t.regex(await run("put a.txt c.txt"), /failed:\n423 Locked/);
    t.regex(
      await run("steal c.txt", "unlock c.txt", "put a.txt c.txt"),
      /Unlocking `c\.txt': succeeded\.[\s\S]*Uploading a\.txt [\s\S]*succeeded\./,
    );
    t.regex(await run("rmcol notes", "rmcol twice", "delete c.txt", "ls"), /collection is empty/);
  },
);
