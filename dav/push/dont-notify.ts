/** One quoted-string, whose backslashes quote the next character (RFC 9110 section 5.6.4). */
const ITEM = /\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/y;

const MAX_ITEMS = 100;

/**
 * The registrations that shall not be told of a change (header Push-Dont-Notify of draft-bitfire-webdav-push). URLs may
 * hold commas, so the list is not simply split; what is not understood is left out.
 *
 * @param base the URL below which registrations are, ending in a slash
 * @returns their names below it, or "*" for all
 */
export function silencedBy(header: string, base: string): readonly string[] {
  if (header.trim() === "*") return ["*"];
  const urls: string[] = [];
  ITEM.lastIndex = 0;
  for (let at = 0; at < header.length && urls.length < MAX_ITEMS; at = ITEM.lastIndex) {
    ITEM.lastIndex = at;
    const found = ITEM.exec(header);
    if (found) urls.push((found[1] ?? "").replaceAll(/\\(.)/g, "$1"));
    else ITEM.lastIndex = afterComma(header, at);
  }
  return urls.filter((url) => url.startsWith(base)).map((url) => url.slice(base.length));
}

function afterComma(header: string, at: number): number {
  const comma = header.indexOf(",", at);
  return comma === -1 ? header.length : comma + 1;
}
