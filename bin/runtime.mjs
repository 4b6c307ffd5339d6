/**
 * What must be true before any of the TypeScript runs: the packages of package-lock.json are
 * installed, and the program runs on the pinned Node. Plain JavaScript for any Node from 18 on.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import module from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const OLDEST_LAUNCHER = 18;
const OLDEST_RUNTIME = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const major = Number(process.versions.node.split(".")[0]);

/** Prints one line and ends the process with code 1. */
function fail(line) {
  process.stderr.write(`pushdav: ${line}\n`);
  process.exit(1);
}

/** The packages of a lock file (ours, or the record npm keeps of what it installed), or null. */
function lockedPackages(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages;
  } catch {
    return null;
  }
}

/** Whether `installed` holds what `locked` pins. A missing optional package is no lack: it was left out on purpose. */
function isComplete(locked, installed, withDev) {
  return Object.entries(locked).every(([path, entry]) => {
    if (path === "" || (entry.dev && !withDev)) return true;
    const found = installed[path];
    if (!found) return Boolean(entry.optional || entry.devOptional || entry.peer);
    return found.version === entry.version;
  });
}

/**
 * What npm has to do, as its arguments, or null when all is there. Only an absent node_modules is
 * installed with `ci`, which wipes it: a server may be running on an existing one.
 */
function installArguments(withDev) {
  const locked = lockedPackages(join(root, "package-lock.json"));
  if (!locked) fail("package-lock.json is missing or broken; get a fresh copy of pushdav");
  const installed = lockedPackages(join(root, "node_modules", ".package-lock.json"));
  if (installed && isComplete(locked, installed, withDev)) return null;
  const hasDev = installed !== null && Object.values(installed).some((entry) => entry.dev);
  const verb = installed ? ["install", "--no-save"] : ["ci"];
  return [...verb, ...(withDev || hasDev ? [] : ["--omit=dev"])];
}

/** Installs what the lock file pins, if anything is missing. Ends the process when that fails. */
export function install({ dev }) {
  const args = installArguments(dev);
  if (!args) return;
  process.stderr.write(`pushdav: installing packages (npm ${args.join(" ")}) ...\n`);
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith(".js") ? [process.execPath, [npm]] : ["npm", []];
  const quiet = ["--loglevel=error", "--no-audit", "--no-fund", "--no-progress"];
  const run = spawnSync(command, [...first, ...args, ...quiet], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (run.error) fail(`npm cannot be run (${run.error.message}); install npm and start again`);
  if (run.status !== 0) {
    fail(`npm ${args[0]} failed; is the package registry reachable? Mend that and start again`);
  }
}

/** Keeps compiled code between starts, in this process if it can and in those it starts: starting costs half. */
function keepCompiled() {
  const folder = join(root, "node_modules", ".cache", "compiled");
  process.env.NODE_COMPILE_CACHE ??= folder;
  module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE);
}

/** Runs the program in this process: it is new enough. */
async function runHere(script, args) {
  process.argv.splice(1, process.argv.length, script, ...args);
  await import(pathToFileURL(script).href);
}

/** Passes the child's end on, so that a caller sees what it would see of the child itself. */
function endLike(child) {
  child.on("exit", (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
  });
}

/**
 * Runs `script` (relative to the repository) on the pinned Node of node_modules, or on the running
 * one when that is absent and new enough. Signals go to the child, its exit code comes back; the
 * IPC channel tells the child when this process is gone.
 */
export function runOnRuntime(script, args) {
  keepCompiled();
  const path = join(root, script);
  const pinned = join(
    root,
    "node_modules",
    `node-${process.platform}-${process.arch}`,
    "bin",
    "node",
  );
  const fallBack = () => {
    if (major >= OLDEST_RUNTIME) return runHere(path, args);
    return fail(
      `needs Node ${OLDEST_RUNTIME} and there is no packaged one for ${process.platform}-${process.arch};` +
        ` this is Node ${process.versions.node}`,
    );
  };
  if (process.execPath === pinned || !existsSync(pinned)) return fallBack();
  const child = spawn(pinned, [path, ...args], { stdio: ["inherit", "inherit", "inherit", "ipc"] });
  child.on("error", fallBack);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => child.kill(signal));
  return endLike(child);
}

if (major < OLDEST_LAUNCHER) {
  fail(`needs Node ${OLDEST_LAUNCHER} or newer; this is Node ${process.versions.node}`);
}
