import { createStore } from "../store/store.ts";
import { exportAccount, type Exported } from "../transfer/export.ts";
import { parseArguments, UsageError, type Command } from "./command.ts";

/** Named without a keyword, because `export` is one. */
export const exportFiles: Command = {
  help: `Usage: pushdav export --user NAME [--collection NAME] [--out FOLDER] [--objects] [--json]

Writes each calendar to FOLDER/calendars/NAME.ics and each address book to
FOLDER/addressbooks/NAME.vcf.

  --user        the account
  --collection  only this one (by the last segment of the URL or the name that people see)
  --out         the folder; pushdav-export-NAME if not given
  --objects     a file for each event, task and contact, byte for byte as it is stored
  --json        answer in JSON

Files that are there already are written over. \`pushdav import FOLDER\` brings them in again.

Examples:
  pushdav export --user ann --out backup
  pushdav export --user ann --collection Work --objects`,
  async run(args, context) {
    const { values } = parseArguments({
      args: [...args],
      options: {
        user: { type: "string" },
        collection: { type: "string" },
        out: { type: "string" },
        objects: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
    });
    if (values.user === undefined) throw new UsageError("say whose: --user NAME");
    const owner = values.user.toLowerCase();
    const exported = await context.withDatabase(({ pool }) =>
      exportAccount({
        store: createStore(pool, nothingChanges),
        owner,
        collection: values.collection,
        folder: values.out ?? `pushdav-export-${owner}`,
        separate: values.objects,
      }),
    );
    context.print(values.json ? JSON.stringify(exported) : exported.map(describe).join("\n"));
    return 0;
  },
};

function nothingChanges(): void {}

function describe({ title, objects, path }: Exported): string {
  return `${title}: ${objects} objects in ${path}`.replaceAll(/\p{Cc}/gu, "?");
}
