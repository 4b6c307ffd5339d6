import { checkCredential } from "../push/transports/apple/check.ts";
import { fail, ok, warn, type Check, type CheckOptions, type Finding } from "./check.ts";

const KINDS = [
  { home: "calendars", key: "calendar", variable: "PUSHDAV_APPLE_CALENDAR_CERTIFICATE" },
  { home: "addressbooks", key: "contacts", variable: "PUSHDAV_APPLE_CONTACTS_CERTIFICATE" },
] as const;

async function examineKind(
  { home, key, variable }: (typeof KINDS)[number],
  { config, now }: CheckOptions,
): Promise<Finding> {
  const check = `push of ${home}`;
  const credential = config.push.apple[key];
  if (!credential) return ok(check, `off: no Apple credential (${variable})`);
  const { topic, usable, problems, notAfter } = await checkCredential(credential, home, now());
  const problem = problems.join(", ");
  if (!usable)
    return fail(check, problem, `set ${variable} and what goes with it to a valid credential`);
  const end = notAfter ? `, valid until ${notAfter.toISOString().slice(0, 10)}` : "";
  const found = `topic ${topic}${end}`;
  return problem === ""
    ? ok(check, found)
    : warn(check, `${found}: ${problem}`, "renew or replace it");
}

export const checkPush: Check = (options) =>
  Promise.all(KINDS.map((kind) => examineKind(kind, options)));
