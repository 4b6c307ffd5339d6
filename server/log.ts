import { destination, pino, type DestinationStream, type Logger } from "pino";
import { z } from "zod";
import type { Config } from "./config.ts";

const NAMES: Readonly<Record<number, string>> = {
  10: "TRACE",
  20: "DEBUG",
  30: "INFO",
  40: "WARN",
  50: "ERROR",
  60: "FATAL",
};

const Line = z.looseObject({
  level: z.number(),
  time: z.number(),
  msg: z.string().default(""),
  err: z.looseObject({ stack: z.string() }).optional(),
});

/** One log line for people: time, level, message, then the rest as name=value. */
export function formatLine(json: string): string {
  const { level, time, msg, err, pid: _, hostname: __, ...rest } = Line.parse(JSON.parse(json));
  const fields = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const clock = new Date(time).toISOString().slice(11, 23);
  const head = [clock, (NAMES[level] ?? String(level)).padEnd(5), msg, ...fields].join(" ");
  return err ? `${head}\n${err.stack}\n` : `${head}\n`;
}

/** To standard output, as text for people. */
const textOutput: DestinationStream = {
  write: (line) => void process.stdout.write(formatLine(line)),
};

/** Lines wait this many milliseconds, or until there are this many bytes, so that many go out in one write. */
const BUFFER = { periodicFlush: 200, minLength: 8192 };

/** To standard output, as JSON. What still waits goes out before the process ends. */
function jsonOutput(): DestinationStream {
  const output = destination({ dest: 1, sync: true, ...BUFFER });
  process.on("exit", () => output.flushSync());
  return output;
}

/** @returns the process's logger. Callers never give it a secret or a header. */
export function createLog(config: Config["log"], role: string): Logger {
  const options = { level: config.level, base: { pid: process.pid, role } };
  const people = config.format === "text" || (config.format === "auto" && process.stdout.isTTY);
  return people ? pino(options, textOutput) : pino(options, jsonOutput());
}
