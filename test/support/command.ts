import { PassThrough } from "node:stream";
import type { ExecutionContext } from "ava";
import type { Command, CommandContext } from "../../server/commands/command.ts";
import { createTerminal } from "../../server/commands/terminal.ts";
import { readConfig, type Environment } from "../../server/config.ts";
import { testDatabase, type TestDatabase } from "./database.ts";

export interface RunCommand extends TestDatabase {
  /**
   * Runs a command over the test's database.
   * @param input what comes on standard input
   * @returns its exit code and what it printed
   */
  readonly run: (
    command: Command,
    args: readonly string[],
    input?: string,
  ) => Promise<{ code: number; output: string; errors: string }>;
}

/** A database of its own, and commands over it. */
export async function commandLine(t: Pick<ExecutionContext, "teardown">): Promise<RunCommand> {
  return commandsOver(await testDatabase(t));
}

/** Commands over a database that is there, with this environment. */
export function commandsOver(database: TestDatabase, environment: Environment = {}): RunCommand {
  return {
    ...database,
    async run(command, args, input = "") {
      let output = "";
      const errors = new PassThrough().setEncoding("utf8");
      const context: CommandContext = {
        config: () => readConfig(environment),
        withDatabase: (work) => work(database),
        print: (line) => void (output += `${line}\n`),
        terminal: createTerminal({ input: new PassThrough().end(input), output: errors }),
      };
      const code = await command.run(args, context);
      return { code, output, errors: String(errors.read() ?? "") };
    },
  };
}
