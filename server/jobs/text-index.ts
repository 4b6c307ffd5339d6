import type { Pool } from "pg";
import type { Logger } from "pino";
import { fillTextIndex } from "../store/text-index.ts";
import type { Job } from "./index.ts";

/**
 * Indexes the objects that were stored before there was an index. Until then they are found by their text, more slowly;
 * so an error only waits for the next start.
 */
export function startTextIndex({ pool, log }: { pool: Pool; log: Logger }): Job {
  let stopped = false;
  const fill = async () => {
    let filled = 0;
    for (;;) {
      const some = stopped ? 0 : await fillTextIndex(pool);
      if (some === 0) break;
      filled += some;
    }
    if (filled > 0) log.info({ objects: filled }, "indexed the objects of before");
  };
  const done = fill().catch((error: unknown) => log.warn({ err: error }, "cannot index objects"));
  return {
    stop: () => {
      stopped = true;
      return done;
    },
  };
}
