/**
 * A worker process: told by the supervisor what to be, it runs until it is told to stop, gets a
 * signal, or the supervisor is gone.
 */
import type { Logger } from "pino";
import { createApp } from "./app.ts";
import { deepFreeze, type Config } from "./config.ts";
import { errorMessage } from "./failure.ts";
import { listen } from "./http/listen.ts";
import { startJobs } from "./jobs/index.ts";
import { createLog } from "./log.ts";
import { isOrder, type Order, type Report } from "./messages.ts";
import { observeProcess } from "./metrics.ts";
import { openRoutes } from "./routes.ts";
import { createPool } from "./store/pool.ts";

interface Running {
  readonly port: number | null;
  stop(): Promise<void>;
}

type Start = Extract<Order, { kind: "start" }>;

/** Milliseconds the supervisor gets to answer. */
const METRICS_TIMEOUT = 6000;
let metricsRequests = 0;

function report(message: Report): void {
  if (process.connected) process.send?.(message);
}

/** Asks the supervisor for the metrics of all processes. */
function readMetrics(): Promise<string> {
  const id = (metricsRequests += 1);
  return new Promise((resolve, reject) => {
    const done = (message: unknown) => {
      if (!isOrder(message) || message.kind !== "metrics" || message.id !== id) return;
      clearTimeout(timer);
      process.off("message", done);
      if (message.text === null) reject(new Error("a process did not tell its metrics"));
      else resolve(message.text);
    };
    const timer = setTimeout(() => {
      process.off("message", done);
      reject(new Error("the supervisor did not answer"));
    }, METRICS_TIMEOUT);
    process.on("message", done);
    report({ kind: "metrics", id });
  });
}

function openPool({ role, config, databaseUrl }: Start, log: Logger) {
  const pool = createPool({
    url: databaseUrl,
    size: config.database.poolSize,
    statementTimeout: config.database.statementTimeout * 1000,
    name: `pushdav ${role}`,
    onError: (error) => log.warn({ err: error }, "lost a database connection"),
  });
  observeProcess(pool);
  return pool;
}

async function startWeb(order: Start, config: Config, log: Logger): Promise<Running> {
  const pool = openPool(order, log);
  const routes = await openRoutes({ config, pool, log });
  const app = createApp({ config, log, pool, readMetrics, routes: routes.middleware });
  const listening = await listen(app.callback(), config.http, log);
  return {
    port: listening.port,
    stop: async () => {
      routes.endStreams();
      await listening.close(config.http.shutdownTimeout);
      await routes.close();
      await pool.end();
    },
  };
}

async function startBackground(order: Start, config: Config, log: Logger): Promise<Running> {
  const pool = openPool(order, log);
  const jobs = await startJobs({ config, pool, log });
  return {
    port: null,
    stop: async () => {
      await jobs.stop();
      await pool.end();
    },
  };
}

async function run(order: Start): Promise<Running> {
  const config = deepFreeze(order.config);
  const log = createLog(config.log, order.role);
  const start = order.role === "web" ? startWeb : startBackground;
  return start(order, config, log);
}

let running: Promise<Running> | null = null;
let stopping = false;

/** Ends the process after what is under way; a part that hangs does not hold it up for ever. */
async function stop(seconds: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(1), (seconds + 5) * 1000).unref();
  await running?.then((it) => it.stop()).catch(() => undefined);
  process.exit(0);
}

let shutdownTimeout = 0;

process.on("message", (message) => {
  if (!isOrder(message)) return;
  if (message.kind === "stop") void stop(shutdownTimeout);
  if (message.kind !== "start" || running) return;
  shutdownTimeout = message.config.http.shutdownTimeout;
  running = run(message);
  running.then(
    ({ port }) => report({ kind: "ready", port }),
    (error: unknown) => {
      report({ kind: "failed", line: errorMessage(error) });
      process.exitCode = 1;
      setImmediate(() => process.disconnect());
    },
  );
});
process.on("disconnect", () => void stop(shutdownTimeout));
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => void stop(shutdownTimeout));
}
