import { isIP } from "node:net";

/** Characters of a URL that a client may name. */
const MAX_URL = 2048;

/** Tells which addresses may be connected to. */
export interface Vetting {
  /** Over https. */
  readonly mayConnect: (address: string) => boolean;
  /** Without encryption, too: what the operator named. */
  readonly mayConnectPlainly: (address: string) => boolean;
}

/** The host of a URL as an address, or null when it is a name. */
function literal({ hostname }: URL): string | null {
  const host = hostname.replace(/^\[|\]$/g, "");
  return isIP(host) === 0 ? null : host;
}

/** Which addresses the scheme of a URL may lead to. */
export function allowedFor({ protocol }: URL, vetting: Vetting): (address: string) => boolean {
  return protocol === "https:" ? vetting.mayConnect : vetting.mayConnectPlainly;
}

/**
 * Reads a URL that a client named as the place to push to. What its name resolves to is checked when it is
 * connected to, and not here, for that can change.
 *
 * @param plainly whether http is allowed at all
 * @returns the URL, or in words why nothing will be sent there
 */
export function readEndpoint(text: string, vetting: Vetting, plainly: boolean): URL | string {
  if (text.length > MAX_URL) return `is longer than ${MAX_URL} characters`;
  if (!URL.canParse(text)) return "is not an absolute URL";
  const url = new URL(text);
  if (url.protocol !== "https:" && !(plainly && url.protocol === "http:")) return "is not https";
  if (url.username || url.password) return "names a user";
  if (text.includes("#")) return "has a fragment";
  const address = literal(url);
  if (address !== null && !allowedFor(url, vetting)(address)) return "is not at a public address";
  return url;
}
