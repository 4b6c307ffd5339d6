import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { errorCode, errorMessage, Failure } from "../failure.ts";
import { findBinaries, type Binaries } from "./binaries.ts";
import { canEnter, chooseOwner, type Owner } from "./owner.ts";

/** Where one embedded PostgreSQL server lives and who runs it. */
export interface Place {
  readonly owner: Owner | null;
  readonly binaries: Binaries;
  /** Holds all of the server's files; real path, mode 0700. */
  readonly home: string;
  /** The PostgreSQL data directory. */
  readonly cluster: string;
  /** The folder of the Unix socket. */
  readonly socketFolder: string;
}

/** Where things go that the database's user cannot reach under the data folder. */
const OUTSIDE = "/var/lib/pushdav";
/** The file name that PostgreSQL gives its socket, for the port number it is configured with. */
const SOCKET_NAME = ".s.PGSQL.5432";
/** The shortest limit of a Unix socket's path among the systems we run on (macOS). */
const LONGEST_SOCKET_PATH = 103;

function makeFolder(path: string, owner: Owner | null): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o700);
  if (owner) chownSync(path, owner.uid, owner.gid);
}

function makeOutside(): void {
  mkdirSync(OUTSIDE, { recursive: true });
  chmodSync(OUTSIDE, 0o755);
}

/** A new folder outside the data folder, which keeps a link to it: the only way to find it again. */
function makeHomeOutside(link: string, owner: Owner): void {
  makeOutside();
  const data = dirname(link);
  const name = basename(data) === "data" ? basename(dirname(data)) : basename(data);
  const home = mkdtempSync(join(OUTSIDE, `${name}-`));
  makeFolder(home, owner);
  try {
    symlinkSync(home, link);
  } catch (error) {
    rmSync(home, { recursive: true });
    // Another start was quicker, and its folder is as good.
    if (errorCode(error) !== "EEXIST") throw error;
  }
}

function openHome(dataFolder: string, owner: Owner | null): string {
  const link = join(dataFolder, "postgres");
  if (!existsSync(dataFolder)) makeFolder(dataFolder, owner);
  if (!existsSync(link)) {
    if (owner && !canEnter(owner, dataFolder)) makeHomeOutside(link, owner);
    else makeFolder(link, owner);
  }
  const home = realpathSync(link);
  if (owner && statSync(home).uid === 0) makeFolder(home, owner);
  if (canEnter(owner, home)) return home;
  throw new Failure(
    `the database in ${home} belongs to a user (uid ${owner?.uid}) who cannot enter that folder;` +
      " start pushdav as that user, or let the user enter the folders above it",
  );
}

/** The programs themselves, or a copy of them that `owner` can reach. */
function reachableBinaries(binaries: Binaries, owner: Owner | null): Binaries {
  if (canEnter(owner, join(binaries.root, "bin"))) return binaries;
  const copy = join(OUTSIDE, `postgresql-${binaries.version}`);
  if (!existsSync(copy)) {
    makeOutside();
    const temporary = mkdtempSync(`${copy}-`);
    cpSync(binaries.root, temporary, { recursive: true, verbatimSymlinks: true });
    chmodSync(temporary, 0o755);
    moveInto(temporary, copy);
  }
  return { ...binaries, root: copy };
}

/** Renames a finished folder into place; another process that was first wins. */
export function moveInto(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
    rmSync(from, { recursive: true, force: true });
  }
}

/** The home itself where its path is short enough for a socket, else a private folder in /tmp. */
function openSocketFolder(home: string, owner: Owner | null): string {
  if (Buffer.byteLength(join(home, SOCKET_NAME)) <= LONGEST_SOCKET_PATH) return home;
  const hash = createHash("sha256").update(home).digest("hex").slice(0, 16);
  // Not os.tmpdir(): every process must come to the same path, whatever its TMPDIR.
  const folder = `/tmp/pushdav-${hash}`;
  if (!existsSync(folder)) makeFolder(folder, owner);
  const { uid, mode } = lstatSync(folder);
  if (uid !== (owner?.uid ?? process.getuid?.()) || (mode & 0o777) !== 0o700) {
    throw new Failure(`${folder} is needed for the database's socket but is not ours; remove it`);
  }
  return folder;
}

/**
 * Finds or makes the place of the embedded server of a data folder. As root the files belong to
 * the database's own user; where that user cannot go, they are put under /var/lib/pushdav.
 * @throws Failure when there is no such place
 */
export function openPlace(dataFolder: string): Place {
  const data = resolve(dataFolder);
  const binaries = findBinaries();
  const owner = chooseOwner(join(data, "postgres"));
  try {
    const home = openHome(data, owner);
    return {
      owner,
      binaries: reachableBinaries(binaries, owner),
      home,
      cluster: join(home, "cluster"),
      socketFolder: openSocketFolder(home, owner),
    };
  } catch (error) {
    if (error instanceof Failure || errorCode(error) === undefined) throw error;
    const reason = errorMessage(error);
    throw new Failure(`the data folder ${data} cannot be used (${reason}); set PUSHDAV_DATA`);
  }
}
