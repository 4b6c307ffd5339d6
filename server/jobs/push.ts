import { startPush } from "../push/index.ts";
import type { Job, JobOptions } from "./index.ts";

/** Announces what changed to those who subscribed. */
export function pushJob({ config, pool, log }: JobOptions): Promise<Job> {
  return startPush({ pool, config: config.push, log });
}
