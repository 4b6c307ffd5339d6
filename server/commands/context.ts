import { readConfig, readEnvironment, type Config } from "../config.ts";
import { ensureSchema, openDatabase, withClient, withPool } from "../database.ts";
import type { CommandContext } from "./command.ts";
import { createTerminal } from "./terminal.ts";

function notice(line: string): void {
  process.stderr.write(`pushdav: ${line}\n`);
}

/** Ctrl-C in the middle of a command still stops the database it started. */
function closeOnSignal(close: () => Promise<void>): () => void {
  const stop = () => void close().finally(() => process.exit(130));
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.once(signal, stop);
  return () => {
    for (const signal of signals) process.off(signal, stop);
  };
}

/** The context of commands in this process. @param name of the command that runs */
export function createContext(name: string): CommandContext {
  let config: Config | null = null;
  const readOnce = () => (config ??= readConfig(readEnvironment(process.env)));

  return {
    config: readOnce,
    print: (line) => void process.stdout.write(`${line}\n`),
    terminal: createTerminal({ input: process.stdin, output: process.stderr }),
    async withDatabase(work, { anySchema = false } = {}) {
      const settings = readOnce();
      const onLost = (error: Error) => notice(error.message);
      const database = await openDatabase(settings, { purpose: name, share: true, notice, onLost });
      const settle = closeOnSignal(() => database.close({ now: true }));
      try {
        if (anySchema) await withClient(database.url, () => Promise.resolve());
        else await ensureSchema(settings, database.url);
        return await withPool(settings, database.url, (pool) => work({ pool, url: database.url }));
      } finally {
        await database.close({ now: false });
        settle();
      }
    },
  };
}
