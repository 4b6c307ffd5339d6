import type { Pool } from "pg";
import { AggregatorRegistry, collectDefaultMetrics, Counter, Gauge, Histogram } from "prom-client";

/** The metrics of all worker processes; made in each of them too, which makes it answer. */
export const allProcesses = new AggregatorRegistry();

const labelNames = ["method", "status"] as const;

/** Verbs that get a label of their own; what clients make up must not make time series. */
const METHODS = new Set(
  "OPTIONS GET HEAD PUT POST DELETE PROPFIND PROPPATCH REPORT MKCOL MKCALENDAR COPY MOVE ACL".split(
    " ",
  ),
);

const requests = new Counter({
  name: "pushdav_http_requests_total",
  help: "Requests answered, by method and class of status.",
  labelNames,
});

const durations = new Histogram({
  name: "pushdav_http_request_seconds",
  help: "Time from the head of a request to the end of its answer.",
  labelNames,
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
});

/** Counts one answered request. */
export function countRequest(method: string, status: number, seconds: number): void {
  const known = METHODS.has(method) ? method : "other";
  const labels = { method: known, status: `${Math.floor(status / 100)}xx` };
  requests.inc(labels);
  durations.observe(labels, seconds);
}

/** Adds figures of this process and its database connections to the registry. */
export function observeProcess(pool: Pool): void {
  collectDefaultMetrics();
  const connections = new Gauge({
    name: "pushdav_database_connections",
    help: "Database connections by what they do, and the work that waits for one.",
    labelNames: ["state"] as const,
    collect: () => {
      connections.set({ state: "idle" }, pool.idleCount);
      connections.set({ state: "busy" }, pool.totalCount - pool.idleCount);
      connections.set({ state: "awaited" }, pool.waitingCount);
    },
  });
}
