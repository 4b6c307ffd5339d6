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

/** Declares a test of programs that not every machine has; without them it is skipped and says so. */
export function testWith(
  programs: readonly string[],
  title: string,
  body: (t: ExecutionContext) => Promise<void>,
): void {
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length === 0) test(title, body);
  else test.skip(`${title} (${missing.join(" and ")} not installed)`, body);
}

/** A folder of its own for a test, which serves as home too; removed in the teardown. */
export async function temporaryFolder(t: Pick<ExecutionContext, "teardown">): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pushdav-interop-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs a program to its end, with `cwd` as its home, so that no setting of the person's plays a part. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env = {}, input = "" }: Settings,
): Promise<Outcome> {
  const home = { HOME: cwd, XDG_CONFIG_HOME: cwd, XDG_DATA_HOME: cwd, XDG_CACHE_HOME: cwd };
  const child = spawn(program, args, {
    cwd,
    env: { PATH: process.env["PATH"], LANG: "C.UTF-8", TZ: "UTC", ...home, ...env },
    timeout: PATIENCE,
  });
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
