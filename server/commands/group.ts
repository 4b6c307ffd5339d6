import {
  addMembers,
  createGroup,
  deleteGroup,
  listGroups,
  membersOf,
  removeMembers,
} from "../accounts/groups.ts";
import { Failure } from "../failure.ts";
import { parseArguments, UsageError, type Command, type CommandContext } from "./command.ts";
import { table } from "./table.ts";
import { actionOf } from "./verbs.ts";

interface Options {
  readonly name?: string;
  readonly json: boolean;
  readonly yes: boolean;
}

interface Action {
  /** What stands after the verb. */
  readonly takes: "nothing" | "group" | "group and members";
  readonly options: readonly (keyof Options)[];
  run(
    group: string,
    members: readonly string[],
    options: Options,
    context: CommandContext,
  ): Promise<void>;
}

const ACTIONS: Readonly<Record<string, Action>> = {
  create: {
    takes: "group",
    options: ["name"],
    async run(group, _members, { name }, context) {
      const made = await context.withDatabase(({ pool }) =>
        createGroup(pool, group, name ?? group),
      );
      context.print(`made the group ${made}`);
    },
  },
  add: {
    takes: "group and members",
    options: [],
    async run(group, members, _options, context) {
      await context.withDatabase(({ pool }) => addMembers(pool, group, members));
      context.print(`added ${members.join(", ")} to ${group}`);
    },
  },
  remove: {
    takes: "group and members",
    options: [],
    async run(group, members, _options, context) {
      await context.withDatabase(({ pool }) => removeMembers(pool, group, members));
      context.print(`removed ${members.join(", ")} from ${group}`);
    },
  },
  list: {
    takes: "nothing",
    options: ["json"],
    async run(_group, _members, { json }, context) {
      const groups = await context.withDatabase(({ pool }) => listGroups(pool));
      const rows = groups.map((row) => [row.name, row.displayName, String(row.members.length)]);
      context.print(json ? JSON.stringify(groups) : table(["GROUP", "NAME", "MEMBERS"], rows));
    },
  },
  members: {
    takes: "group",
    options: ["json"],
    async run(group, _members, { json }, context) {
      const members = await context.withDatabase(({ pool }) => membersOf(pool, group));
      if (json) context.print(JSON.stringify(members));
      else for (const member of members) context.print(member);
    },
  },
  delete: {
    takes: "group",
    options: ["yes"],
    async run(group, _members, { yes }, context) {
      await context.withDatabase(async ({ pool }) => {
        await membersOf(pool, group);
        const question = `Delete the group ${group}, with what was shared with it?`;
        const sure = yes || (await context.terminal.confirm(question));
        if (!sure) throw new Failure("nothing deleted; say --yes to delete without being asked");
        await deleteGroup(pool, group);
      });
      context.print(`deleted ${group}`);
    },
  },
};

export const group: Command = {
  help: `Usage: pushdav group create NAME [--name "DISPLAY NAME"]
       pushdav group add | remove NAME ACCOUNT...
       pushdav group list [--json]
       pushdav group members NAME [--json]
       pushdav group delete NAME [--yes]

  create    make a group without members
  add       put accounts into a group
  remove    take accounts out of a group; what was shared with it is theirs no longer
  list      show all groups
  members   show who belongs to a group
  delete    remove a group, with what was shared with it; asks first, unless --yes

What is shared with a group is shared with each of its members, and ends for who leaves. A group
holds accounts, not other groups. Its name is none that an account has.

Examples:
  pushdav group create band --name "The Band"
  pushdav group add band ann bob`,
  async run(args, context) {
    const { values, positionals } = parseArguments({
      args: [...args],
      options: {
        name: { type: "string" },
        json: { type: "boolean", default: false },
        yes: { type: "boolean", default: false },
      },
      allowPositionals: true,
    });
    const [verb = "", name = "", ...members] = positionals;
    const action = actionOf(ACTIONS, verb);
    checkArguments(verb, action, values, positionals);
    await action.run(name, members, values, context);
    return 0;
  },
};

const COUNTS: Readonly<Record<Action["takes"], { least: number; most: number; say: string }>> = {
  nothing: { least: 1, most: 1, say: "" },
  group: { least: 2, most: 2, say: "NAME" },
  "group and members": { least: 3, most: Number.POSITIVE_INFINITY, say: "NAME ACCOUNT..." },
};

function checkArguments(
  verb: string,
  action: Action,
  options: Options,
  positionals: readonly string[],
): void {
  const { least, most, say } = COUNTS[action.takes];
  if (positionals.length < least) throw new UsageError(`say which: pushdav group ${verb} ${say}`);
  if (positionals.length > most) {
    throw new UsageError("too many arguments; a name with blanks is put in quotes");
  }
  for (const [option, value] of Object.entries(options)) {
    if (value === false || action.options.some((taken) => taken === option)) continue;
    throw new UsageError(`\`group ${verb}\` does not take --${option}`);
  }
}
