import type { TargetKind } from "../capabilities.ts";
import { COLLECTIONS, EVERYWHERE, HOMES } from "../properties/property.ts";
import { answer, type Method } from "./method.ts";

/** What an operator can switch on and off. */
export interface Extensions {
  readonly webPush: boolean;
}

const PUSHABLE: ReadonlySet<TargetKind> = new Set([...HOMES, ...COLLECTIONS]);

/**
 * What this server implements on a resource, in the words of the DAV header.
 *
 * @param methods those that work there: class 2 is claimed only where LOCK does
 * @param kinds what can be there
 */
export function complianceClasses(
  methods: ReadonlySet<string>,
  kinds: readonly TargetKind[],
  { webPush }: Extensions,
): string {
  const classes = methods.has("LOCK") ? "1, 2, 3" : "1, 3";
  const push = webPush && kinds.some((kind) => PUSHABLE.has(kind)) ? ", webdav-push" : "";
  return `${classes}, access-control, extended-mkcol, calendar-access, calendar-no-timezone, addressbook${push}`;
}

/**
 * OPTIONS (RFC 4918 section 10.1). COMPAT(Thunderbird, GNOME Online Accounts): 200, never 204, on
 * every URL. The DAV and Allow headers are added to each answer.
 */
export const OPTIONS: Method = {
  name: "OPTIONS",
  on: new Set([...EVERYWHERE, "unmapped", "unmapped-file"]),
  prepare: () => answer({ status: 200, headers: { "content-length": "0" } }),
};
