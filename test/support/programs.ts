import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import test, { type ExecutionContext } from "ava";

/** Longer than any program of the tests takes, in milliseconds. */
const PATIENCE = 90_000;

interface Settings {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export interface Outcome {
  /** Exit code; -1 when a signal ended the program. */
  readonly code: number;
  /** What it wrote to both streams. */
  readonly output: string;
}

function isInstalled(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Those of several programs that are not in $PATH. */
export function missingPrograms(programs: readonly string[]): string[] {
  return programs.filter((program) => !isInstalled(program));
}

/** Declares a test of what not every machine has; where something is missing it is skipped and says so. */
export function testUnlessMissing(
  missing: readonly string[],
  title: string,
  body: (t: ExecutionContext) => Promise<void>,
): void {
  if (missing.length === 0) test(title, body);
  else test.skip(`${title} (${missing.join(" and ")} not installed)`, body);
}

/** A folder of its own for a test, which serves as home too; removed in the teardown. */
export async function temporaryFolder(t: Pick<ExecutionContext, "teardown">): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pushdav-interop-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The environment of a program whose home is a folder of the test. */
export function homeVariables(folder: string): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    LANG: "C.UTF-8",
    TZ: "UTC",
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    XDG_DATA_HOME: folder,
    XDG_CACHE_HOME: folder,
  };
}

/** Runs a program to its end, with `cwd` as its home, so that no setting of the person's plays a part. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env = {}, input = "" }: Settings,
): Promise<Outcome> {
  const variables = { ...homeVariables(cwd), ...env };
  const child = spawn(program, args, { cwd, env: variables, timeout: PATIENCE });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  // A program that ends without reading its input closes the pipe.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  return { code: code ?? -1, output };
}
