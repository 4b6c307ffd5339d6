import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chownSync, closeSync, openSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { program } from "./binaries.ts";
import type { Place } from "./place.ts";
import { isAlive, signal, waitForEnd } from "./processes.ts";

/** PostgreSQL's ways to stop, by the signal that asks for them. */
export const STOP_WHEN_UNUSED = "SIGTERM";
const STOP_NOW = "SIGINT";
const STOP_WITHOUT_CHECKPOINT = "SIGQUIT";

/** Settings of the server; on its command line, so that they change with the program. */
function settings(place: Place, durable: boolean): Record<string, string> {
  return {
    cluster_name: "pushdav",
    listen_addresses: "",
    unix_socket_directories: `"${place.socketFolder.replaceAll('"', '""')}"`,
    unix_socket_permissions: "0700",
    max_connections: "200",
    shared_buffers: "128MB",
    jit: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    logging_collector: "on",
    log_directory: join(place.home, "log"),
    log_filename: "postgresql-%a.log",
    log_rotation_age: "1d",
    log_truncate_on_rotation: "on",
    ...(durable
      ? { fsync: "on", synchronous_commit: "on" }
      : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
}

function startLog(place: Place): string {
  return join(place.home, "startup.log");
}

/** @returns what the server last said before its log collector ran: why it did not start. */
export function readStartLog(place: Place): string {
  return readFileSync(startLog(place), "utf8").trim();
}

/**
 * Starts the server. It gets a session of its own, so that a Ctrl-C in the terminal does not reach
 * it before the requests that need it are finished.
 */
export function startPostmaster(place: Place, durable: boolean): ChildProcess {
  const values = Object.entries(settings(place, durable)).map(
    ([name, value]) => `${name}=${value}`,
  );
  const log = openSync(startLog(place), "w", 0o600);
  if (place.owner) chownSync(startLog(place), place.owner.uid, place.owner.gid);
  try {
    const args = ["-D", place.cluster, ...values.flatMap((value) => ["-c", value])];
    return spawn(program(place.binaries, "postgres"), args, {
      ...place.owner,
      cwd: place.home,
      env: { LC_ALL: "C", PATH: process.env["PATH"] },
      stdio: ["ignore", log, log],
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}

function pidFile(place: Place): string {
  return join(place.cluster, "postmaster.pid");
}

/** @returns the process id in postmaster.pid, or null when there is no such file. */
function readPid(place: Place): number | null {
  try {
    return Number.parseInt(readFileSync(pidFile(place), "utf8"), 10);
  } catch {
    return null;
  }
}

/** A server works in its data directory; without /proc its name must do. */
function isPostmaster(pid: number, place: Place): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === "linux") {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === place.cluster;
    } catch {
      return false;
    }
  }
  const run = spawnSync("ps", ["-o", "comm=", "-p", String(pid)], { encoding: "utf8" });
  return run.stdout.includes("postgres");
}

/**
 * Finds the running server of a place. A postmaster.pid whose number now belongs to some other
 * program is removed: PostgreSQL itself would take that program for its own server.
 * @returns its process id, or null
 */
export function findPostmaster(place: Place): number | null {
  const pid = readPid(place);
  if (pid === null) return null;
  if (isPostmaster(pid, place)) return pid;
  if (isAlive(pid) && readPid(place) === pid) rmSync(pidFile(place), { force: true });
  return null;
}

/**
 * Stops a server: at once but orderly, and when that takes longer than 30 s the hard way, which
 * loses nothing either (the next start recovers).
 */
export async function stopPostmaster(pid: number): Promise<void> {
  const ways: [NodeJS.Signals, number][] = [
    [STOP_NOW, 30_000],
    [STOP_WITHOUT_CHECKPOINT, 5000],
    ["SIGKILL", 5000],
  ];
  for (const [name, milliseconds] of ways) {
    signal(pid, name);
    if (await waitForEnd(pid, milliseconds)) return;
  }
}
