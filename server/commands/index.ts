import type { Command } from "./command.ts";

/** A command as the list of all shows it. */
export interface Entry {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Loads the command itself: no command waits for what only others need. */
  readonly load: () => Promise<Command>;
}

/** Every command of the command line, in the order of the help. */
export const COMMANDS: readonly Entry[] = [
  {
    name: "serve",
    summary: "run the server until Ctrl-C",
    load: async () => (await import("./serve.ts")).serve,
  },
  {
    name: "user",
    summary: "add, list, change and delete accounts",
    load: async () => (await import("./user.ts")).user,
  },
  {
    name: "app-password",
    summary: "passwords for single devices and programs",
    load: async () => (await import("./app-password.ts")).appPassword,
  },
  {
    name: "group",
    summary: "make groups of accounts, to share with",
    load: async () => (await import("./group.ts")).group,
  },
  {
    name: "import",
    summary: "bring calendars and contacts into an account",
    load: async () => (await import("./import.ts")).importFiles,
  },
  {
    name: "export",
    summary: "write an account's calendars and contacts to files",
    load: async () => (await import("./export.ts")).exportFiles,
  },
  {
    name: "push",
    summary: "show who is pushed to, try it, and say why or why not",
    load: async () => (await import("./push.ts")).push,
  },
  {
    name: "webhook",
    summary: "tell URLs what changes",
    load: async () => (await import("./webhook.ts")).webhook,
  },
  {
    name: "migrate",
    summary: "bring the database's schema up to date, or back",
    load: async () => (await import("./migrate.ts")).migrate,
  },
  {
    name: "restored",
    summary: "tell all clients to synchronize afresh, after a backup was restored",
    load: async () => (await import("./restored.ts")).restored,
  },
  {
    name: "doctor",
    summary: "check what the server needs and say what to mend",
    load: async () => (await import("./doctor.ts")).doctor,
  },
];
