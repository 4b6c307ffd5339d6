/** A process that does nothing but push, for tests that kill it. Takes database and configuration as JSON in PUSH. */
import { pino } from "pino";
import { startPush } from "../../server/push/index.ts";
import { createPool } from "../../server/store/pool.ts";

const { url, config, timing } = JSON.parse(process.env["PUSH"] ?? "");
const pool = createPool({
  url,
  size: 4,
  statementTimeout: 10_000,
  name: "push",
  onError: () => undefined,
});
const push = await startPush({ pool, config, timing, log: pino({ level: "silent" }) });
process.on("SIGTERM", () => {
  void push.stop().then(() => pool.end());
});
process.stdout.write("started\n");
