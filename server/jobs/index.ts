import type { Pool } from "pg";
import type { Logger } from "pino";
import type { Config } from "../config.ts";
import { startFeeds } from "./feeds/index.ts";
import { startPush } from "../push/index.ts";
import { startTextIndex } from "./text-index.ts";

export interface JobOptions {
  readonly config: Config;
  readonly pool: Pool;
  readonly log: Logger;
}

/** Work that goes on until it is stopped. */
export interface Job {
  /** Finishes what is under way. */
  stop(): Promise<void>;
}

/** What the background process does. */
const JOBS: readonly ((options: JobOptions) => Promise<Job>)[] = [
  ({ config, pool, log }) => startPush({ config: config.push, pool, log }),
  async ({ pool, log }) => startTextIndex({ pool, log }),
  async ({ config, pool, log }) => {
    if (!config.feeds) return { stop: async () => {} };
    const { push, maxResourceSize, quota } = config;
    return startFeeds({ config: push, maxResourceSize, quota, pool, log });
  },
];

/** Starts all background work. */
export async function startJobs(options: JobOptions): Promise<Job> {
  const jobs = await Promise.all(JOBS.map((start) => start(options)));
  return { stop: async () => void (await Promise.all(jobs.map((job) => job.stop()))) };
}
