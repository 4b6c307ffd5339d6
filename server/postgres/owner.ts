import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { Failure } from "../failure.ts";

/** The system user PostgreSQL runs as when we are root, which it refuses to run as. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const SYSTEM_USER = "postgres";

function readId(flag: "-u" | "-g", user: string): number | null {
  const run = spawnSync("id", [flag, user], { encoding: "utf8" });
  return run.status === 0 ? Number(run.stdout.trim()) : null;
}

function findUser(user: string): Owner | null {
  const uid = readId("-u", user);
  const gid = readId("-g", user);
  return uid === null || gid === null ? null : { uid, gid };
}

/** shadow-utils first, then busybox. */
function createUser(user: string): void {
  const shell = "/usr/sbin/nologin";
  const attempts: [string, string[]][] = [
    ["useradd", ["--system", "--user-group", "--no-create-home", "--shell", shell, user]],
    ["adduser", ["-S", "-D", "-H", "-s", "/sbin/nologin", user]],
  ];
  attempts.some(([command, args]) => spawnSync(command, args, { stdio: "ignore" }).status === 0);
}

/**
 * Decides who runs PostgreSQL.
 * @param home the folder of an existing database, whose owner goes on owning it, or a path that
 *   does not exist yet
 * @returns null when we run it ourselves
 * @throws Failure when we are root and no other user can be had
 */
export function chooseOwner(home: string): Owner | null {
  if (process.getuid?.() !== 0) return null;
  if (existsSync(home)) {
    const { uid, gid } = statSync(home);
    if (uid !== 0) return { uid, gid };
  }
  const found = findUser(SYSTEM_USER);
  if (found) return found;
  createUser(SYSTEM_USER);
  const created = findUser(SYSTEM_USER);
  if (created) return created;
  throw new Failure(
    `PostgreSQL does not run as root and the system user "${SYSTEM_USER}" could not be created;` +
      " create it, start pushdav as an ordinary user, or set DATABASE_URL",
  );
}

/** Whether `owner` can enter `folder`, asked of the system itself because of ACLs and mounts. */
export function canEnter(owner: Owner | null, folder: string): boolean {
  if (!owner) return true;
  const script = 'cd -- "$0" 2>/dev/null';
  return spawnSync("/bin/sh", ["-c", script, folder], { ...owner, cwd: "/" }).status === 0;
}
