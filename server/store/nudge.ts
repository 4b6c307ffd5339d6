import type { Pool } from "pg";

/** Notified when there may be something new in the outbox. */
export const OUTBOX_CHANNEL = "pushdav_outbox";

/** The payload that says that a delivery was made due, and nothing is new in the outbox. */
export const DUE = "due";

/** Milliseconds between notifications of one process. */
const INTERVAL = 50;

/**
 * Makes the function that tells push to look at the outbox. It notifies after the commit, not in its
 * transaction: Postgres lets only one transaction that notifies commit at a time. A nudge that is lost costs
 * nothing but time, for push also looks by itself.
 */
export function createNudge(pool: Pool): () => void {
  let wanted = false;
  let busy = false;

  async function send(): Promise<void> {
    busy = true;
    while (wanted) {
      wanted = false;
      await pool.query("select pg_notify($1, '')", [OUTBOX_CHANNEL]).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, INTERVAL).unref());
    }
    busy = false;
  }

  return () => {
    wanted = true;
    if (!busy) void send();
  };
}
