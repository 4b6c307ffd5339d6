import type { HomeKind } from "../../dav/store.ts";
import type { AppleCredentialConfig } from "../push/config.ts";
import { checkCredential } from "../push/transports/apple/check.ts";
import { fail, ok, warn, type Check, type Finding } from "./check.ts";

async function judge(config: AppleCredentialConfig, home: HomeKind, now: Date): Promise<Finding[]> {
  const variable = `PUSHDAV_APPLE_${home === "calendars" ? "CALENDAR" : "CONTACTS"}_*`;
  const mend = `mend the files that ${variable} name; they are taken into use by themselves`;
  const { topic, notAfter, usable, problems } = await checkCredential(config, home, now);
  const found = problems.join("; ");
  const name = `Apple push, ${home}`;
  if (!usable) return [fail(name, found, mend)];
  if (found !== "") return [warn(name, found, mend)];
  const until = notAfter ? `, valid until ${notAfter.toISOString().slice(0, 10)}` : "";
  return [ok(name, `${topic}${until}`)];
}

export const checkPush: Check = async ({ config, now }) => {
  const { calendar, contacts } = config.push.apple;
  if (!calendar && !contacts) return [ok("Apple push", "off: no credential is configured")];
  return [
    ...(calendar ? await judge(calendar, "calendars", now()) : []),
    ...(contacts ? await judge(contacts, "addressbooks", now()) : []),
  ];
};
