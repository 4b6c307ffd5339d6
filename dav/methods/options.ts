import { EVERYWHERE } from "../properties/property.ts";
import { answer, type Method } from "./method.ts";

/** What this server implements, in the words of the DAV header. */
export const DAV_CLASSES = "1, 3, extended-mkcol, calendar-access, addressbook";

/**
 * OPTIONS (RFC 4918 section 10.1). COMPAT(Thunderbird, GNOME Online Accounts): 200, never 204, on
 * every URL. The DAV and Allow headers are added to each answer.
 */
export const OPTIONS: Method = {
  name: "OPTIONS",
  on: new Set([...EVERYWHERE, "unmapped", "unmapped-file"]),
  prepare: () => answer({ status: 200, headers: { "content-length": "0" } }),
};
