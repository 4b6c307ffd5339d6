import { spawn, type ChildProcess } from "node:child_process";
import { chmod, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ExecutionContext } from "ava";
import { isAlive, signal, waitForEnd } from "../../server/postgres/processes.ts";

const root = join(import.meta.dirname, "../..");
const PATIENCE = 180_000;

type Teardown = Pick<ExecutionContext, "teardown">;
type Variables = Readonly<Record<string, string>>;

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** A `pushdav` command under way. */
export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Resolves when the process has ended. */
  readonly ended: Promise<Ended>;
  /** What it has said so far, both streams. */
  said(): string;
}

/** A `pushdav serve` that listens. */
export interface Serving extends Running {
  readonly url: string;
  readonly port: number;
}

/** The environment of a person's shell: nothing of the test run's own settings. */
function environment(variables: Variables): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(PUSHDAV_|DATABASE_URL|PORT$|npm_lifecycle_event$|NODE_(?!COMPILE_CACHE))/.test(name),
  );
  return { ...Object.fromEntries(inherited), PUSHDAV_LOG_FORMAT: "json", ...variables };
}

/** Stops a database whose supervisor a test killed. */
async function stopLeftOver(home: string): Promise<void> {
  const file = await readFile(join(home, "cluster/postmaster.pid"), "utf8").catch(() => "");
  const pid = Number.parseInt(file, 10);
  if (!(pid > 1) || pid === process.pid || !isAlive(pid)) return;
  signal(pid, "SIGQUIT");
  await waitForEnd(pid, 10_000);
}

/**
 * A data folder, with a space in its name, that is removed in the teardown.
 * @param mode 0o700 for a folder that the database's user cannot enter when we are root
 */
export async function dataFolder(t: Teardown, mode = 0o755): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "pushdav-data-"));
  await chmod(parent, mode);
  const data = join(parent, "the data");
  t.teardown(async () => {
    const home = await realpath(join(data, "postgres")).catch(() => null);
    if (home !== null) await stopLeftOver(home);
    if (home !== null) await rm(home, { recursive: true, force: true });
    await rm(parent, { recursive: true, force: true });
  });
  return data;
}

/** Starts a command of the command line, killed in the teardown. */
export function runCommand(
  t: Teardown,
  args: readonly string[],
  variables: Variables,
  [node, script] = [process.execPath, join(root, "server/cli.ts")],
): Running {
  const child = spawn(node, [script, ...args], {
    cwd: tmpdir(),
    env: environment(variables),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => resolve({ code, output, errors }));
  });
  t.teardown(async () => {
    child.kill("SIGTERM");
    await ended;
  });
  return { pid: child.pid ?? 0, child, ended, said: () => output + errors };
}

/** Waits until something is so. @throws Error after three minutes, with `what` */
export async function until<T>(what: string, find: () => T | Promise<T>): Promise<NonNullable<T>> {
  const deadline = Date.now() + PATIENCE;
  while (Date.now() < deadline) {
    const found = await find();
    if (found) return found;
    await sleep(20);
  }
  throw new Error(`waited in vain: ${what}`);
}

/** Starts `pushdav serve` on a free port and waits until it listens. @throws Error when it ends before */
export async function startServe(t: Teardown, variables: Variables): Promise<Serving> {
  const running = runCommand(t, ["serve"], {
    PORT: "0",
    PUSHDAV_HOST: "127.0.0.1",
    PUSHDAV_WORKERS: "1",
    ...variables,
  });
  const port = await until(`the server listens; it said ${running.said()}`, () => {
    if (running.child.exitCode !== null) throw new Error(`serve ended: ${running.said()}`);
    return Number(/"port":(\d+)/.exec(running.said())?.[1]);
  });
  return { ...running, port, url: `http://127.0.0.1:${port}` };
}
