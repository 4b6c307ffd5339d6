import { parseArgs, type ParseArgsConfig } from "node:util";
import type { Pool } from "pg";
import type { Config } from "../config.ts";
import { errorMessage, Failure } from "../failure.ts";
import type { Terminal } from "./terminal.ts";

/** The command was given arguments it does not take; the usage is shown with the message. */
export class UsageError extends Failure {}

export interface CommandDatabase {
  readonly pool: Pool;
  /** Connection string of the same database. */
  readonly url: string;
}

/** What a command gets to work with. */
export interface CommandContext {
  /** The configuration. @throws Failure when it is wrong */
  config(): Config;
  /**
   * Does something with the database, whether or not the server is running, and closes it.
   * @param options `anySchema` for commands that work on a schema that is not up to date
   * @throws Failure when there is no database to be had, or its schema is not the one needed
   */
  withDatabase<T>(
    work: (database: CommandDatabase) => Promise<T>,
    options?: { readonly anySchema?: boolean },
  ): Promise<T>;
  /** Prints a line to standard output. */
  print(line: string): void;
  /** Whoever gave the command. */
  readonly terminal: Terminal;
}

/** One command of the command line. */
export interface Command {
  /** Usage, options and examples, shown by `pushdav help NAME`. */
  readonly help: string;
  /**
   * @param args what follows the command's name
   * @returns the exit code
   * @throws UsageError, Failure
   */
  run(args: readonly string[], context: CommandContext): Promise<number>;
}

/** As node:util's parseArgs, strictly. @throws UsageError */
export function parseArguments<T extends ParseArgsConfig>(
  config: T,
): ReturnType<typeof parseArgs<T & { strict: true }>> {
  try {
    return parseArgs({ ...config, strict: true });
  } catch (error) {
    const [message = ""] = errorMessage(error).split(". To specify");
    throw new UsageError(message);
  }
}
