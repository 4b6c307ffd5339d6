import { examine, type Finding } from "../doctor/index.ts";
import { errorMessage, Failure } from "../failure.ts";
import { parseArguments, type Command, type CommandContext } from "./command.ts";

function format({ check, status, found, mend }: Finding): string {
  const line = `${status.padEnd(4)}  ${check}: ${found}`;
  return mend === "" ? line : `${line}\n      -> ${mend}`;
}

function currentTime(): Date {
  return new Date();
}

/** With a database if there is one to be had; without, that is the first finding. */
async function findAll(context: CommandContext): Promise<Finding[]> {
  const config = context.config();
  const options = { config, now: currentTime };
  try {
    return await context.withDatabase((database) => examine({ ...options, database }), {
      anySchema: true,
    });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const [found = "", ...mend] = errorMessage(error).split("; ");
    const first: Finding = { check: "database", status: "fail", found, mend: mend.join("; ") };
    return [first, ...(await examine({ ...options, database: null }))];
  }
}

export const doctor: Command = {
  help: `Usage: pushdav doctor [--json]

Checks the configuration, the database and its schema, the clock, the public URL,
certificates, push credentials and disk space. Each finding is ok, warn or fail, with what to
do about it. Exit code 1 when something fails.

Examples:
  pushdav doctor
  pushdav doctor --json | jq '.[] | select(.status != "ok")'`,
  async run(args, context) {
    const { values } = parseArguments({
      args: [...args],
      options: { json: { type: "boolean", default: false } },
    });
    const findings = await findAll(context);
    context.print(values.json ? JSON.stringify(findings) : findings.map(format).join("\n"));
    return findings.some((finding) => finding.status === "fail") ? 1 : 0;
  },
};
