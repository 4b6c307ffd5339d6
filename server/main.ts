import { availableParallelism } from "node:os";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { ensureSchema, openDatabase, withPool, type Database } from "./database.ts";
import { createLog } from "./log.ts";
import type { Role } from "./messages.ts";
import { ensureFirstAccount } from "./supervisor/first-account.ts";
import { Fleet } from "./supervisor/fleet.ts";
import { greeting } from "./supervisor/greeting.ts";

/** Resolves with the reason when the server is to stop: a signal, or the launcher's end. */
function stopRequest(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => resolve(signal));
    }
    process.once("disconnect", () => resolve("the launcher is gone"));
    process.channel?.unref();
  });
}

function rolesOf(config: Config): Role[] {
  const web = Array<Role>(config.workers ?? availableParallelism()).fill("web");
  return ["background", ...web];
}

/** Runs the workers on an open database until they are to stop. */
async function runFleet(
  config: Config,
  database: Database,
  stopped: Promise<string>,
  log: Logger,
): Promise<void> {
  await ensureSchema(config, database.url);
  const account = await withPool(config, database.url, (pool) =>
    ensureFirstAccount(pool, config.admin),
  );
  const fleet = new Fleet({ config, databaseUrl: database.url, roles: rolesOf(config), log });
  try {
    const port = await Promise.race([fleet.start(), stopped]);
    if (typeof port === "number") {
      process.stderr.write(greeting(config, port, account));
      log.info({ port, workers: rolesOf(config).length }, "listening");
      log.info({ reason: await stopped }, "stopping");
    }
  } finally {
    await fleet.stop();
  }
}

/**
 * Runs the server until it gets a signal: the database, the worker processes, and the database last to
 * stop.
 * @throws Failure when it cannot start, or the database is lost for good
 */
export async function serve(config: Config): Promise<void> {
  const log = createLog(config.log, "supervisor");
  const lost = Promise.withResolvers<never>();
  const stopped = Promise.race([stopRequest(), lost.promise]);
  // Whoever waits for it handles a loss; while nobody does yet, it is not unhandled.
  stopped.catch(() => undefined);
  const database = await openDatabase(config, {
    purpose: "serve",
    share: false,
    notice: (line) => log.warn(line),
    onLost: lost.reject,
  });
  try {
    await runFleet(config, database, stopped, log);
  } finally {
    await database.close({ now: true });
  }
}
