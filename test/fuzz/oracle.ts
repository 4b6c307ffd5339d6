import { parseXml } from "../../dav/xml/parse.ts";
import type { Answer } from "./client.ts";

/** Statuses from 500 on that are answers, not failures: elsewhere (Destination), and no room. */
const MEANT = [502, 507];
/** Statuses with which Node answers what it cannot parse as HTTP. */
const BY_NODE = [400, 431];

/**
 * Judges an answer by what must hold whatever was asked.
 *
 * @returns what is wrong, in words, or null
 */
export function faultOf({
  status,
  headers,
  body,
}: Pick<Answer, "status" | "headers" | "body">): string | null {
  if (status >= 500 && !MEANT.includes(status)) return `the answer is ${status}`;
  if (headers.get("x-request-id") === null && !BY_NODE.includes(status))
    return "the answer has no X-Request-Id";
  // What a client stored is served as it is.
  if (headers.get("etag") !== null) return null;
  const isXml = headers.get("content-type")?.startsWith("application/xml") ?? false;
  if (status === 207 && !isXml) return "a multistatus is not XML";
  if (!isXml || body === "") return null;
  try {
    parseXml(Buffer.from(body));
    return null;
  } catch (error) {
    // What the server's own parser refuses for its size is well-formed all the same.
    const message = error instanceof Error ? error.message : String(error);
    return /^(?:more than|elements nest)/.test(message) ? null : `the answer is no XML: ${message}`;
  }
}
