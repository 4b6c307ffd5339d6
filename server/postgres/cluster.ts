import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Failure } from "../failure.ts";
import { majorVersion, program } from "./binaries.ts";
import { isAlive } from "./processes.ts";
import { moveInto, type Place } from "./place.ts";

/** The role that owns the cluster; the product itself runs as a role with fewer rights. */
export const SUPERUSER = "postgres";

function passwordFile(place: Place): string {
  return join(place.home, "password");
}

/** @returns the password of the embedded server's roles. */
export function readPassword(place: Place): string {
  return readFileSync(passwordFile(place), "utf8").trim();
}

/** Writes a random password with mode 0600, unless there is one. A link appears whole or not at all. */
function createPassword(place: Place): void {
  const path = passwordFile(place);
  if (existsSync(path)) return;
  const temporary = `${path}-${process.pid}`;
  writeFileSync(temporary, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
  if (place.owner) chownSync(temporary, place.owner.uid, place.owner.gid);
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(temporary);
  }
}

/** Removes what killed runs of initdb left. */
function removeUnfinished(place: Place): void {
  for (const name of readdirSync(place.home)) {
    const pid = /^new-(\d+)$/.exec(name)?.[1];
    if (pid && (Number(pid) === process.pid || !isAlive(Number(pid)))) {
      rmSync(join(place.home, name), { recursive: true, force: true });
    }
  }
}

function checkVersion(place: Place): void {
  const ours = majorVersion(place.binaries);
  const theirs = Number(readFileSync(join(place.cluster, "PG_VERSION"), "utf8"));
  if (theirs === ours) return;
  throw new Failure(
    `the database in ${place.cluster} was made by PostgreSQL ${theirs} and this is ${ours};` +
      " export it with the pushdav that made it and import it here",
  );
}

async function initialize(place: Place, folder: string, durable: boolean): Promise<void> {
  const args = ["-D", folder, "-U", SUPERUSER, `--pwfile=${passwordFile(place)}`];
  args.push("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--data-checksums");
  args.push("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions");
  if (!durable) args.push("--no-sync");
  const child = spawn(program(place.binaries, "initdb"), args, {
    ...place.owner,
    cwd: place.home,
    env: { LC_ALL: "C", PATH: process.env["PATH"] },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const code = await new Promise((resolve, reject) =>
    child.on("error", reject).on("close", resolve),
  );
  if (code !== 0) throw new Failure(`initdb could not create the database: ${said.trim()}`);
}

/**
 * Makes sure that the place holds a database cluster: UTF-8, checksums on, password needed. It is
 * made aside and renamed, so that a kill leaves none or a whole one, and of two starts one wins.
 * @param durable false to skip fsync, for tests
 * @throws Failure when it cannot be made, or is of another major version
 */
export async function ensureCluster(place: Place, durable: boolean): Promise<void> {
  removeUnfinished(place);
  if (existsSync(place.cluster)) return checkVersion(place);
  createPassword(place);
  const aside = join(place.home, `new-${process.pid}`);
  mkdirSync(aside, { mode: 0o700 });
  if (place.owner) chownSync(aside, place.owner.uid, place.owner.gid);
  const made = join(aside, "cluster");
  await initialize(place, made, durable);
  moveInto(made, place.cluster);
  rmSync(aside, { recursive: true, force: true });
}
