import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { runProgram, temporaryFolder, type Outcome } from "./programs.ts";
import { PASSWORD, type TestServer } from "./server.ts";

/** A folder that vdirsyncer keeps in step with alice's collections. */
export interface Vdir {
  /** Holds `calendars/NAME/` and `addressbooks/NAME/`. */
  readonly folder: string;
  /** Runs a command of vdirsyncer and says yes to its questions. */
  run(...args: readonly string[]): Promise<Outcome>;
  /** Runs a command that must succeed. @returns what it said */
  must(...args: readonly string[]): Promise<string>;
}

interface Settings {
  /** Who wins when both sides changed an object: a is the folder, b the server. */
  readonly conflicts?: "a wins" | "b wins";
}

function pair(home: string, type: string, extension: string, origin: string, conflicts: string) {
  return `
[pair ${home}]
a = "${home}_folder"
b = "${home}_server"
collections = ["from a", "from b"]
metadata = ["displayname"${type === "caldav" ? ', "color"' : ""}]
conflict_resolution = ${conflicts}

[storage ${home}_folder]
type = "filesystem"
path = "~/${home}"
fileext = "${extension}"

[storage ${home}_server]
type = "${type}"
url = "${origin}/"
username = "alice"
password = "${PASSWORD}"
`;
}

/** Configures vdirsyncer for a folder of its own and the bare origin of a server. */
export async function vdir(
  t: Pick<ExecutionContext, "teardown">,
  { origin }: TestServer,
  { conflicts }: Settings = {},
): Promise<Vdir> {
  const folder = await temporaryFolder(t);
  const resolution = conflicts === undefined ? "null" : `"${conflicts}"`;
  const config = [
    `[general]\nstatus_path = "~/status"\n`,
    pair("calendars", "caldav", ".ics", origin, resolution),
    pair("addressbooks", "carddav", ".vcf", origin, resolution),
  ];
  await writeFile(join(folder, "config"), config.join(""));
  for (const home of ["calendars", "addressbooks"]) await mkdir(join(folder, home));
  const run = (...args: readonly string[]) =>
    runProgram("vdirsyncer", ["-c", join(folder, "config"), ...args], {
      cwd: folder,
      input: "y\n".repeat(20),
    });
  return {
    folder,
    run,
    must: async (...args) => {
      const { code, output } = await run(...args);
      if (code !== 0) throw new Error(`vdirsyncer ${args.join(" ")} ended with ${code}: ${output}`);
      return output;
    },
  };
}
