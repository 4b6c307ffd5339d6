import { needAccount } from "../accounts/accounts.ts";
import { Failure } from "../failure.ts";
import { hashSecret, makeAppPassword } from "../auth/app-password.ts";
import {
  deleteAppPassword,
  insertAppPassword,
  selectAppPasswords,
} from "../store/app-passwords.ts";
import type { Command } from "./command.ts";
import { minute, table } from "./table.ts";
import { runnerOf, takeArguments, type Action } from "./verbs.ts";

const OPTIONS = { json: { type: "boolean", default: false } } as const;

type Act = Action<typeof OPTIONS>;

const MAX_LABEL = 100;

const add: Act = async (args, context) => {
  const usage = "pushdav app-password add NAME LABEL";
  const [name = "", label = ""] = takeArguments(args, usage, { least: 2 });
  const password = makeAppPassword();
  const added = { label: label.slice(0, MAX_LABEL), hash: hashSecret(password) };
  const id = await context.withDatabase(async ({ pool }) => {
    await needAccount(pool, name);
    return insertAppPassword(pool, name.toLowerCase(), added);
  });
  if (id === null) throw new Failure(`${name} has a hundred already; revoke one first`);
  context.print(`added ${id}; the password, which is not shown again:`);
  context.print(password);
};

const list: Act = async (args, context, { json }) => {
  const [name = ""] = takeArguments(args, "pushdav app-password list NAME [--json]", { least: 1 });
  const all = await context.withDatabase(async ({ pool }) => {
    await needAccount(pool, name);
    return selectAppPasswords(pool, name.toLowerCase());
  });
  const rows = all.map(({ id, label, createdAt, lastUsedAt }) => [
    String(id),
    label,
    minute(createdAt),
    lastUsedAt ? minute(lastUsedAt) : "never",
  ]);
  context.print(json ? JSON.stringify(all) : table(["ID", "FOR", "MADE", "LAST USED"], rows));
};

const revoke: Act = async (args, context) => {
  const usage = "pushdav app-password revoke NAME ID";
  const [name = "", id = ""] = takeArguments(args, usage, { least: 2 });
  const isId = /^\d{1,15}$/.test(id);
  const revoked =
    isId &&
    (await context.withDatabase(({ pool }) =>
      deleteAppPassword(pool, name.toLowerCase(), Number(id)),
    ));
  if (!revoked) throw new Failure(`${name} has no app password ${id}`);
  context.print(`revoked ${id}, and ended what was subscribed to with it`);
};

const ACTIONS: Readonly<Record<string, Act>> = { add, list, revoke };

export const appPassword: Command = {
  help: `Usage: pushdav app-password add NAME LABEL
       pushdav app-password list NAME [--json]
       pushdav app-password revoke NAME ID

  add       make up a password for one device or program of account NAME; it is printed once
  list      show what there are, for what, and when they were used last
  revoke    take one back at once, and end the pushes that were subscribed to with it

Examples:
  pushdav app-password add ann "Ann's phone"
  pushdav app-password revoke ann 12`,
  run: runnerOf(OPTIONS, ACTIONS),
};
