import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const root = join(import.meta.dirname, "..");
/** Milliseconds of one tick of the clock in /proc, which Linux fixes at 100 a second for programs. */
const TICK = 10;
const PATIENCE = 60_000;

/** A server under measurement. */
export interface Running {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

/** CPU time so far, in milliseconds. */
export interface CpuTime {
  readonly server: number;
  readonly database: number;
}

/** Runs a TypeScript program until it says its port in a file; its output goes there, as to a log. */
async function start(
  args: readonly string[],
  log: string,
  environment: NodeJS.ProcessEnv,
): Promise<Running> {
  const output = openSync(log, "w");
  const child = spawn(process.execPath, [...args], {
    cwd: root,
    env: environment,
    stdio: ["ignore", output, "inherit"],
  });
  closeSync(output);
  const port = await portOf(child, log);
  return {
    pid: child.pid ?? 0,
    port,
    stop: async () => {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function portOf(child: ChildProcess, log: string): Promise<number> {
  for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; await sleep(20)) {
    const port = /"port":(\d+)/.exec(readFileSync(log, "utf8"))?.[1];
    if (port !== undefined) return Number(port);
    if (child.exitCode !== null) break;
  }
  throw new Error(`${child.spawnargs.join(" ")} does not listen`);
}

/** Starts the product, with one web process. */
export function startServer(folder: string, environment: NodeJS.ProcessEnv): Promise<Running> {
  return start(["server/cli.ts", "serve"], join(folder, "serve.log"), {
    ...process.env,
    PORT: "0",
    PUSHDAV_HOST: "127.0.0.1",
    PUSHDAV_WORKERS: "1",
    PUSHDAV_LOG_FORMAT: "json",
    ...environment,
  });
}

/** Starts a server that answers each request with two bytes and does nothing else. */
export function startBare(folder: string): Promise<Running> {
  return start(["bench/bare.ts"], join(folder, "bare.log"), process.env);
}

interface Process {
  readonly parent: number;
  readonly isDatabase: boolean;
  /** Milliseconds of its own, and with those of its children that have ended. */
  readonly own: number;
  readonly withEnded: number;
}

/** Reads /proc/PID/stat (proc_pid_stat(5)): user and system time of the process and its ended children. */
function readProcess(pid: string): Process | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const end = stat.lastIndexOf(")");
    const fields = stat.slice(end + 2).split(" ");
    const time = (from: number) => (Number(fields[from]) + Number(fields[from + 1])) * TICK;
    const isDatabase = stat.slice(stat.indexOf("(") + 1, end).startsWith("postgres");
    return { parent: Number(fields[1]), isDatabase, own: time(11), withEnded: time(11) + time(13) };
  } catch {
    return null;
  }
}

/** The CPU time of a process and all below it, told apart by what they are. */
export function cpuTime(pid: number): CpuTime {
  const all = new Map<number, Process>();
  for (const name of readdirSync("/proc")) {
    const found = /^\d+$/.test(name) ? readProcess(name) : null;
    if (found !== null) all.set(Number(name), found);
  }
  const isBelow = (each: number): boolean => {
    const parent = all.get(each)?.parent;
    return each === pid || (parent !== undefined && parent > 1 && isBelow(parent));
  };
  const time = { server: 0, database: 0 };
  for (const [each, { isDatabase, own, withEnded }] of all) {
    if (!isBelow(each)) continue;
    if (isDatabase) time.database += withEnded;
    else time.server += own;
  }
  return time;
}
