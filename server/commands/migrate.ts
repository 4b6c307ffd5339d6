import { invocation } from "../invocation.ts";
import { withClient } from "../database.ts";
import { Failure } from "../failure.ts";
import {
  describeSchema,
  isServed,
  migrate as runMigrations,
  readSchemaState,
} from "../store/migrate.ts";
import {
  parseArguments,
  UsageError,
  type Command,
  type CommandContext,
  type CommandDatabase,
} from "./command.ts";
import { actionOf } from "./verbs.ts";

interface Request {
  readonly json: boolean;
  readonly yes: boolean;
  readonly count: string | undefined;
}

type Action = (
  database: CommandDatabase,
  request: Request,
  context: CommandContext,
) => Promise<number>;

function list(verb: string, names: readonly string[]): string {
  return names.length === 0 ? "nothing to do" : names.map((name) => `${verb} ${name}`).join("\n");
}

function parseCount(count: string | undefined): number {
  if (count !== undefined && /^[1-9]\d{0,3}$/.test(count)) return Number(count);
  throw new UsageError(
    `say how many migrations to take back, such as ${invocation("migrate down 1")}`,
  );
}

/** Each returns the exit code. */
const ACTIONS: Readonly<Record<string, Action>> = {
  async up({ url }, { json }, context) {
    const ran = await withClient(url, (client) => runMigrations(client, { direction: "up" }));
    context.print(json ? JSON.stringify({ ran }) : list("applied", ran));
    return 0;
  },
  async down({ pool, url }, { json, yes, count }, context) {
    const options = { direction: "down", count: parseCount(count) } as const;
    const { applied } = await readSchemaState(pool);
    if (options.count > applied.length) throw new Failure(`only ${applied.length} are applied`);
    if (await isServed(pool)) throw new Failure("a server works with this database; stop it first");
    const last = applied.slice(-options.count).toReversed().join(", ");
    const sure =
      yes || (await context.terminal.confirm(`Take back ${last}, with all that is stored in it?`));
    if (!sure) throw new Failure("nothing taken back; say --yes to do it without being asked");
    const ran = await withClient(url, (client) => runMigrations(client, options));
    context.print(json ? JSON.stringify({ ran }) : list("took back", ran));
    return 0;
  },
  async "dry-run"({ url }, { json }, context) {
    const options = { direction: "up", dryRun: true } as const;
    const pending = await withClient(url, (client) => runMigrations(client, options));
    context.print(json ? JSON.stringify({ pending }) : list("would apply", pending));
    return 0;
  },
  async status({ pool }, { json }, context) {
    const state = await readSchemaState(pool);
    const problem = describeSchema(state);
    const lines = [
      ...state.applied.map(
        (name) => `${state.unknown.includes(name) ? "unknown" : "applied"} ${name}`,
      ),
      ...state.pending.map((name) => `pending ${name}`),
      problem ?? "the schema is up to date",
    ];
    context.print(json ? JSON.stringify(state) : lines.join("\n"));
    return problem === null ? 0 : 1;
  },
};

export const migrate: Command = {
  help: `Usage: pushdav migrate up | down N [--yes] | status | dry-run [--json]

  up        apply all migrations that are missing
  down N    take the last N migrations back; what is stored in what they added is lost. Asks first,
            unless --yes, and not while a server works with the database
  status    list migrations; exit code 1 when the schema is not up to date
  dry-run   list what \`up\` would apply
  --json    answer in JSON

All of one run happens in one transaction.

Examples:
  pushdav migrate status
  DATABASE_URL=postgresql://pushdav@localhost/pushdav pushdav migrate up`,
  async run(args, context) {
    const { values, positionals } = parseArguments({
      args: [...args],
      options: {
        json: { type: "boolean", default: false },
        yes: { type: "boolean", default: false },
      },
      allowPositionals: true,
    });
    const [name = "", count] = positionals;
    const action = actionOf(ACTIONS, name);
    if (positionals.length > (name === "down" ? 2 : 1)) throw new UsageError("too many arguments");
    if (name === "down") parseCount(count);
    const request = { ...values, count };
    return context.withDatabase((database) => action(database, request, context), {
      anySchema: true,
    });
  },
};
