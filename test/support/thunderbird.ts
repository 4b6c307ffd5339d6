import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { openMarionette, type Marionette } from "./marionette.ts";
import { homeVariables, temporaryFolder } from "./programs.ts";
import { eventually } from "./push.ts";
import { PASSWORD, type TestServer } from "./server.ts";

/** What runs inside Thunderbird: an object `thunderbird` with the operations. */
const DRIVER = readFileSync(join(import.meta.dirname, "thunderbird.js"), "utf8");

/** Thunderbird with alice's calendars and contacts. */
export interface Thunderbird {
  /** What it discovered: names, by kind. */
  readonly found: unknown;
  /** Stores an iCalendar or vCard object in the collection with a name. */
  create(collection: string, text: string): Promise<unknown>;
  rename(collection: string, from: string, to: string): Promise<unknown>;
  remove(collection: string, name: string): Promise<unknown>;
  /** What it shows, sorted, after it synchronized. */
  names(collection: string): Promise<unknown>;
}

const PREFERENCES = {
  "app.update.enabled": false,
  "browser.search.update": false,
  "calendar.timezone.local": "UTC",
  "calendar.timezone.useSystemTimezone": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.update.enabled": false,
  "mail.provider.suppress_dialog_on_startup": true,
  "mail.spotlight.firstRunDone": true,
  "mailnews.start_page.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "toolkit.telemetry.enabled": false,
};

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Starts Thunderbird without a screen and gives it alice's account; it ends with the test. */
export async function startThunderbird(
  t: Pick<ExecutionContext, "teardown">,
  { origin }: TestServer,
): Promise<Thunderbird> {
  const folder = await temporaryFolder(t);
  const port = await freePort();
  const preferences = Object.entries({ ...PREFERENCES, "marionette.port": port });
  const lines = preferences.map(
    ([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`,
  );
  await writeFile(join(folder, "user.js"), lines.join("\n"));
  const options = ["--headless", "--no-remote", "--marionette", "--remote-allow-system-access"];
  const child = spawn("thunderbird", [...options, "--profile", folder], {
    env: { ...homeVariables(folder), MOZ_HEADLESS: "1" },
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  t.teardown(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const control = await opened(port);
  t.teardown(() => control.close());
  const ask = (operation: string, ...args: unknown[]) =>
    control.run(`${DRIVER}\nreturn globalThis.thunderbird.${operation}(...args);`, args);
  const found = await ask("setUp", `${origin}/dav/`, "alice", PASSWORD);
  return {
    found,
    create: (collection, text) => ask("create", collection, text),
    rename: (collection, from, to) => ask("rename", collection, from, to),
    remove: (collection, name) => ask("remove", collection, name),
    names: (collection) => ask("names", collection),
  };
}

/** The remote control, as soon as the program listens. */
async function opened(port: number): Promise<Marionette> {
  let control: Marionette | null = null;
  await eventually(async () => {
    control = await openMarionette(port).catch(() => null);
    return control !== null;
  }, "Thunderbird");
  if (control === null) throw new Error("Thunderbird does not listen");
  return control;
}
