import { errorMessage } from "../failure.ts";
import { fail, type Check, type CheckOptions, type Finding } from "./check.ts";
import { checkClock, checkDatabase, checkSchema } from "./database.ts";
import { checkPublicUrl } from "./public-url.ts";
import { checkPush } from "./push.ts";
import { checkCertificate, checkDisk } from "./system.ts";

export type { Finding } from "./check.ts";

/** By the name that a finding gets when the check itself fails. */
const CHECKS: Readonly<Record<string, Check>> = {
  database: checkDatabase,
  schema: checkSchema,
  clock: checkClock,
  "public URL": checkPublicUrl,
  certificate: checkCertificate,
  "Apple push": checkPush,
  disk: checkDisk,
};

/** Looks at everything the server needs, in order. Does not throw. */
export async function examine(options: CheckOptions): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [name, check] of Object.entries(CHECKS)) {
    try {
      findings.push(...(await check(options)));
    } catch (error) {
      findings.push(fail(name, errorMessage(error), "mend what the message says and try again"));
    }
  }
  return findings;
}
