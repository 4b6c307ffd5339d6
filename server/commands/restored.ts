import { renewIncarnations } from "../store/incarnation.ts";
import { parseArguments, type Command } from "./command.ts";

export const restored: Command = {
  help: `Usage: pushdav restored

Run it once after restoring a backup of the database. Clients may have seen changes that the backup
does not know, and would miss others for ever; after this command each synchronizes afresh the next
time it asks, which those that are pushed to are told to do now. No data is changed.

Examples:
  pushdav restored`,
  async run(args, context) {
    parseArguments({ args: [...args], options: {} });
    const count = await context.withDatabase(({ pool }) => renewIncarnations(pool));
    context.print(`${count} collections: every client synchronizes afresh when it next asks.`);
    return 0;
  },
};
