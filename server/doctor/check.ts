import type { Config } from "../config.ts";
import type { CommandDatabase } from "../commands/command.ts";

/** What a check found. */
export interface Finding {
  readonly check: string;
  readonly status: "ok" | "warn" | "fail";
  /** What is so, in one line. */
  readonly found: string;
  /** What to do about it; empty when all is well. */
  readonly mend: string;
}

export interface CheckOptions {
  readonly config: Config;
  /** Null when there is none to be had: another check says why. */
  readonly database: CommandDatabase | null;
  readonly now: () => Date;
}

/** One thing the doctor looks at. It must not throw. */
export type Check = (options: CheckOptions) => Promise<readonly Finding[]>;

export function ok(check: string, found: string): Finding {
  return { check, status: "ok", found, mend: "" };
}

export function warn(check: string, found: string, mend: string): Finding {
  return { check, status: "warn", found, mend };
}

export function fail(check: string, found: string, mend: string): Finding {
  return { check, status: "fail", found, mend };
}
