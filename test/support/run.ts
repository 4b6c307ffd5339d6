/**
 * The whole of `npm test`: static checks (when no test file is named), one PostgreSQL server with
 * a migrated template database for the run, ava, and a closing line for whoever reads only that.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { startTestPostgres } from "./postgres.ts";
import { countResults, type Results } from "./results.ts";

const root = join(import.meta.dirname, "../..");
const CHECKS = ["format:check", "lint", "types", "unused"] as const;

interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs a program of the repository on this Node and shows its output while collecting it. */
async function show(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Ended> {
  const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  return { code: code ?? 1, output };
}

function environment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const bin = join(root, "node_modules", ".bin");
  const path = `${join(process.execPath, "..")}:${bin}:${process.env["PATH"] ?? ""}`;
  const color = process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
  return { ...process.env, ...color, ...extra, PATH: path };
}

/** @returns the names of the checks that failed. */
async function runChecks(): Promise<string[]> {
  const failed: string[] = [];
  for (const name of CHECKS) {
    const script = manifest.scripts[name];
    process.stdout.write(`check ${name}: ${script}\n`);
    const { code } = await show("/bin/sh", ["-c", script], environment());
    if (code !== 0) failed.push(name);
  }
  return failed;
}

async function runAva(args: readonly string[]): Promise<Ended> {
  const server = await startTestPostgres();
  const stop = () => void server.stop().then(() => process.exit(130));
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    const ava = join(root, "node_modules/.bin/ava");
    const env = environment({ PUSHDAV_TEST_DATABASE: server.url });
    return await show(process.execPath, [ava, ...args], env);
  } finally {
    await server.stop();
  }
}

/** Each failed check counts as one failed test. */
function closingLine(results: Results, failedChecks: number): string {
  const failed = results.failed + failedChecks;
  const skipped = results.skipped > 0 ? `, ${results.skipped} skipped` : "";
  return `${results.passed} passed, ${failed} failed${skipped}\n`;
}

const args = process.argv.slice(2);
const failedChecks = args.length === 0 ? await runChecks() : [];
const tests = await runAva(args);
const results = countResults(tests.output, tests.code);
for (const name of failedChecks) process.stdout.write(`check failed: ${name}\n`);
process.stdout.write(closingLine(results, failedChecks.length));
process.exit(failedChecks.length > 0 ? 1 : tests.code);
