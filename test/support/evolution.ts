import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ExecutionContext } from "ava";
import { homeVariables, missingPrograms, temporaryFolder } from "./programs.ts";
import { PASSWORD, type TestServer } from "./server.ts";

/** The system's Python, because the bindings are a package of the system. */
const PYTHON = "/usr/bin/python3";
const DRIVER = join(import.meta.dirname, "evolution.py");
const BINDINGS = "import gi; [gi.require_version(*n) for n in [('ECal', '2.0'), ('EBook', '1.2')]]";
const KEYRING =
  "printf pushdav | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1";

/** What of Evolution's data server and its Python bindings this machine lacks. */
export function missingEvolution(): string[] {
  const missing = missingPrograms(["dbus-run-session", "gnome-keyring-daemon"]);
  if (!existsSync("/usr/libexec/evolution-source-registry")) missing.push("evolution-data-server");
  else if (spawnSync(PYTHON, ["-c", BINDINGS]).status !== 0) missing.push("its Python bindings");
  return missing;
}

export type EvolutionCollection = "calendar" | "tasks" | "addressbook";

/** Evolution's data server with alice's account. */
export interface Evolution {
  /** The collections that it discovered and opened. */
  readonly opened: unknown;
  /** @returns the UID */
  create(collection: EvolutionCollection, text: string): Promise<string>;
  rename(collection: EvolutionCollection, uid: string, name: string): Promise<unknown>;
  remove(collection: EvolutionCollection, uid: string): Promise<unknown>;
  /** What it shows after a refresh, sorted; it gets some time to show what is expected. */
  names(collection: EvolutionCollection, expected: readonly string[]): Promise<unknown>;
}

function accountFile({ hostname, port, href }: URL): string {
  return `[Data Source]
DisplayName=pushdav
Enabled=true

[Collection]
BackendName=webdav
CalendarEnabled=true
ContactsEnabled=true
MailEnabled=false
Identity=alice
CalendarUrl=${href}
ContactsUrl=${href}

[Authentication]
Host=${hostname}
Port=${port}
User=alice
Method=plain/password

[Security]
Method=none
`;
}

/** Starts Evolution's data server in a D-Bus session of its own; both end with the test. */
export async function startEvolution(
  t: Pick<ExecutionContext, "teardown">,
  { origin }: TestServer,
): Promise<Evolution> {
  const folder = await temporaryFolder(t);
  const sources = join(folder, "evolution/sources");
  await mkdir(sources, { recursive: true });
  await writeFile(join(sources, "pushdav.source"), accountFile(new URL(origin)));
  const script = `${KEYRING}; exec ${PYTHON} "${DRIVER}"`;
  const child = spawn("dbus-run-session", ["--", "sh", "-c", script], {
    env: { ...homeVariables(folder), XDG_RUNTIME_DIR: folder, PUSHDAV_PASSWORD: PASSWORD },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = new Promise((resolve) => child.on("close", resolve));
  t.teardown(async () => {
    child.stdin.end();
    await ended;
  });
  const answer = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error("Evolution's driver has ended");
    return JSON.parse(value);
  };
  const ask = (verb: string, collection: EvolutionCollection, ...rest: unknown[]) => {
    child.stdin.write(`${JSON.stringify({ do: verb, collection, arguments: rest })}\n`);
    return answer();
  };
  return {
    opened: await answer(),
    create: async (...args) => String(await ask("create", ...args)),
    rename: (...args) => ask("rename", ...args),
    remove: (...args) => ask("remove", ...args),
    names: (...args) => ask("names", ...args),
  };
}
