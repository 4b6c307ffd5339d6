import { serve as runServer } from "../main.ts";
import { parseArguments, type Command } from "./command.ts";

export const serve: Command = {
  help: `Usage: pushdav serve

Runs the server. Without DATABASE_URL it starts the embedded database in the data
folder (PUSHDAV_DATA, ./data if not set), migrates it, and on the first start
creates an account and prints its password. The README lists all settings.

Examples:
  pushdav serve
  PORT=8443 PUSHDAV_TLS_CERT=chain.pem PUSHDAV_TLS_KEY=key.pem pushdav serve
  PUSHDAV_ADMIN_USER=ann PUSHDAV_ADMIN_PASSWORD=... pushdav serve`,
  async run(args, context) {
    parseArguments({ args: [...args], options: {} });
    await runServer(context.config());
    return 0;
  },
};
