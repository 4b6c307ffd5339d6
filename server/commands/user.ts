import {
  checkName,
  createAccount,
  deleteAccount,
  disableAccount,
  enableAccount,
  listAccounts,
  needAccount,
  refuseUnusable,
  setPassword,
  setQuota,
} from "../accounts/accounts.ts";
import { bytesIn } from "../config/values.ts";
import { Failure } from "../failure.ts";
import type { AccountRow } from "../store/accounts.ts";
import { parseArguments, UsageError, type Command, type CommandContext } from "./command.ts";
import { minute, size, table } from "./table.ts";
import { actionOf } from "./verbs.ts";

interface Options {
  readonly email?: string;
  readonly name?: string;
  readonly json: boolean;
  readonly yes: boolean;
}

interface Action {
  /** What its arguments are called. */
  readonly takes: readonly string[];
  readonly options: readonly (keyof Options)[];
  /**
   * @param name of the account; empty if the action is not for one
   * @param second argument; empty if the action takes none
   */
  run(name: string, options: Options, context: CommandContext, second: string): Promise<void>;
}

const COLUMNS = ["NAME", "ADDRESS", "EVENTS", "TASKS", "CARDS", "STORED", "LAST LOGIN", "STATE"];

const ACTIONS: Readonly<Record<string, Action>> = {
  add: {
    takes: ["NAME"],
    options: ["email", "name"],
    async run(given, { email, name: displayName }, context) {
      const name = checkName(given);
      const account = {
        name,
        ...(email !== undefined && { email }),
        displayName: displayName ?? given,
      };
      await context.withDatabase(async ({ pool }) => {
        await refuseUnusable(pool, account);
        const password = await context.terminal.askPassword();
        await createAccount(pool, { ...account, password });
      });
      context.print(`added ${name}`);
    },
  },
  list: {
    takes: [],
    options: ["json"],
    async run(_name, { json }, context) {
      const accounts = await context.withDatabase(({ pool }) => listAccounts(pool));
      context.print(
        json
          ? JSON.stringify(accounts)
          : table(COLUMNS, accounts.map(rowOf(context.config().quota))),
      );
    },
  },
  passwd: {
    takes: ["NAME"],
    options: [],
    async run(given, _options, context) {
      const name = checkName(given);
      await context.withDatabase(async ({ pool }) => {
        await needAccount(pool, name);
        await setPassword(pool, name, await context.terminal.askPassword());
      });
      context.print(`changed the password of ${name}`);
    },
  },
  quota: {
    takes: ["NAME", "SIZE"],
    options: [],
    async run(name, _options, context, given) {
      const bytes = given === "default" ? null : bytesIn(given);
      if (bytes === null && given !== "default") {
        throw new UsageError(`${JSON.stringify(given)} is no size; say 500 MB, 20 GB or default`);
      }
      await context.withDatabase(({ pool }) => setQuota(pool, name, bytes));
      context.print(`${name} may store ${size(bytes ?? context.config().quota)}`);
    },
  },
  disable: {
    takes: ["NAME"],
    options: [],
    async run(name, _options, context) {
      await context.withDatabase(({ pool }) => disableAccount(pool, name));
      context.print(`disabled ${name}`);
    },
  },
  enable: {
    takes: ["NAME"],
    options: [],
    async run(name, _options, context) {
      await context.withDatabase(({ pool }) => enableAccount(pool, name));
      context.print(`enabled ${name}`);
    },
  },
  delete: {
    takes: ["NAME"],
    options: ["yes"],
    async run(name, { yes }, context) {
      await context.withDatabase(async ({ pool }) => {
        await needAccount(pool, name);
        const question = `Delete ${name} with all calendars and contacts, for good?`;
        const sure = yes || (await context.terminal.confirm(question));
        if (!sure) throw new Failure("nothing deleted; say --yes to delete without being asked");
        await deleteAccount(pool, name);
      });
      context.print(`deleted ${name}`);
    },
  },
};

export const user: Command = {
  help: `Usage: pushdav user add NAME [--email ADDRESS] [--name "DISPLAY NAME"]
       pushdav user list [--json]
       pushdav user passwd | disable | enable NAME
       pushdav user quota NAME SIZE | default
       pushdav user delete NAME [--yes]

  add       make an account with a calendar, a task list and an address book
  list      show all accounts and what they hold
  passwd    change a password; devices are asked for the new one at once
  quota     say how much an account may store; \`default\` makes it PUSHDAV_QUOTA again
  disable   refuse every login; the data stays
  enable    take \`disable\` back
  delete    remove an account with all its data; asks first, unless --yes

A name has up to 64 letters a to z, digits and . _ - @. The mail address becomes the address for
invitations and can be used to log in. Passwords are asked for, or read from the first
line of standard input, never taken from the arguments, which others can see.

Examples:
  pushdav user add ann --email ann@example.org --name "Ann Example"
  pwgen 20 1 | tee password.txt | pushdav user add bob
  pushdav user quota ann 20GB
  pushdav user list --json | jq -r '.[] | select(.lastLoginAt == null) | .name'`,
  async run(args, context) {
    const { values, positionals } = parseArguments({
      args: [...args],
      options: {
        email: { type: "string" },
        name: { type: "string" },
        json: { type: "boolean", default: false },
        yes: { type: "boolean", default: false },
      },
      allowPositionals: true,
    });
    const [verb = "", name = "", second = ""] = positionals;
    const action = actionOf(ACTIONS, verb);
    checkArguments(verb, action, values, positionals);
    await action.run(name, values, context, second);
    return 0;
  },
};

function checkArguments(
  verb: string,
  action: Action,
  options: Options,
  positionals: readonly string[],
): void {
  const wanted = 1 + action.takes.length;
  if (positionals.length < wanted) {
    throw new UsageError(`something is missing: pushdav user ${[verb, ...action.takes].join(" ")}`);
  }
  if (positionals.length > wanted) {
    throw new UsageError(
      "too many arguments; a password is never one, and a name with blanks is put in quotes",
    );
  }
  for (const [option, value] of Object.entries(options)) {
    if (value === false || action.options.some((taken) => taken === option)) continue;
    throw new UsageError(`\`user ${verb}\` does not take --${option}`);
  }
}

/** @param byDefault bytes that an account without a quota of its own may store */
const rowOf = (byDefault: number) => (account: AccountRow) => {
  const { events, tasks, cards } = account.objects;
  const { used, quota } = account.storage;
  return [
    account.name,
    account.addresses[0]?.replace(/^mailto:/, "") ?? "-",
    String(events),
    String(tasks),
    String(cards),
    `${size(used)} of ${size(quota ?? byDefault)}`,
    account.lastLoginAt ? minute(account.lastLoginAt) : "never",
    account.disabled ? "disabled" : "active",
  ];
};
