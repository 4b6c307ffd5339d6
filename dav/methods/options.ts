import { EVERYWHERE } from "../properties/property.ts";
import { answer, type Method } from "./method.ts";

/**
 * What this server implements on a resource, in the words of the DAV header.
 *
 * @param methods those that work there: class 2 is claimed only where LOCK does
 */
export function complianceClasses(methods: ReadonlySet<string>): string {
  const classes = methods.has("LOCK") ? "1, 2, 3" : "1, 3";
  return `${classes}, access-control, extended-mkcol, calendar-access, addressbook`;
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
