import manifest from "../package.json" with { type: "json" };
import { UsageError, type Command } from "./commands/command.ts";
import { createContext } from "./commands/context.ts";
import { COMMANDS } from "./commands/index.ts";
import { asFailure } from "./failure.ts";
import { nearest } from "./nearest.ts";

/** Exit code for arguments that make no sense. */
const MISUSE = 2;

function overview(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  const list = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    "Usage: pushdav COMMAND [ARGUMENTS]",
    "",
    ...list,
    "",
    "pushdav help COMMAND tells more about one. Settings are environment variables; the README lists them.",
    "",
    "Examples:",
    "  pushdav serve",
    "  pushdav doctor",
  ].join("\n");
}

async function load(name: string): Promise<Command> {
  const found = COMMANDS.find((command) => command.name === name);
  if (found) return found.load();
  const known = COMMANDS.map((command) => command.name);
  const near = nearest(name, known);
  const hint = near ? `did you mean \`pushdav ${near}\`?` : "`pushdav help` lists all";
  throw new UsageError(`there is no command "${name}"; ${hint}`);
}

/** Runs one command line. @returns the exit code */
async function dispatch(args: readonly string[]): Promise<number> {
  const [name = "help", ...rest] = args;
  const asksHelp = rest.includes("--help") || rest.includes("-h");
  if (name === "--version" || name === "version") {
    process.stdout.write(`pushdav ${manifest.version}\n`);
  } else if (["help", "--help", "-h"].includes(name)) {
    process.stdout.write(`${rest[0] ? (await load(rest[0])).help : overview()}\n`);
  } else if (asksHelp) {
    process.stdout.write(`${(await load(name)).help}\n`);
  } else {
    return (await load(name)).run(rest, createContext(name));
  }
  return 0;
}

function explain(error: unknown, args: readonly string[]): number {
  const failure = asFailure(error);
  if (failure === null) throw error;
  for (const line of failure.message.split("\n")) process.stderr.write(`pushdav: ${line}\n`);
  if (!(error instanceof UsageError)) return 1;
  const known = COMMANDS.some((command) => command.name === args[0]);
  if (known) process.stderr.write(`pushdav: \`pushdav help ${args[0]}\` shows the usage\n`);
  return MISUSE;
}

const args = process.argv.slice(2);
process.exitCode = await dispatch(args).catch((error: unknown) => explain(error, args));
