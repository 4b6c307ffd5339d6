import { DavError } from "../errors.ts";
import type { Timezones } from "../icalendar/index.ts";
import type { DavRequest } from "./request.ts";

export type Depth = 0 | 1 | "infinity";

/**
 * The Depth header (RFC 4918 section 10.2), without the `,noroot` that may follow (RFC 8144 appendix B).
 *
 * @param fallback what the method means when the header is absent
 * @throws DavError 400 for any other value
 */
export function depthOf(request: DavRequest, fallback: Depth): Depth {
  const [value] = (request.headers["depth"] ?? "").toLowerCase().split(/,\s*noroot\s*$/);
  switch (value?.trim()) {
    case undefined:
    case "":
      return fallback;
    case "0":
      return 0;
    case "1":
      return 1;
    case "infinity":
      return "infinity";
    default:
      throw new DavError(400, "Depth must be 0, 1 or infinity");
  }
}

/**
 * The Overwrite header (RFC 4918 section 10.6); true when absent.
 *
 * @throws DavError 400 for any other value than T and F
 */
export function overwriteOf(request: DavRequest): boolean {
  const value = request.headers["overwrite"]?.trim().toUpperCase() ?? "T";
  if (value === "T" || value === "F") return value === "T";
  throw new DavError(400, "Overwrite must be T or F");
}

const DEFAULT_TIMEOUT = 3600;
const MAX_TIMEOUT = 86_400;

/** Seconds that a lock shall last (RFC 4918 section 10.7): the first wish that is understood, at most a day. */
export function timeoutOf(request: DavRequest): number {
  for (const wish of (request.headers["timeout"] ?? "").split(",")) {
    const seconds = /^\s*second-(\d{1,10})\s*$/i.exec(wish)?.[1];
    if (seconds !== undefined) return Math.min(Math.max(1, Number(seconds)), MAX_TIMEOUT);
    if (/^\s*infinite\s*$/i.test(wish)) return MAX_TIMEOUT;
  }
  return DEFAULT_TIMEOUT;
}

/** Which VTIMEZONEs the CalDAV-Timezones header wants (RFC 7809 section 7.1); null leaves data as it is stored. */
export function wantedTimezones(request: DavRequest): Timezones | null {
  switch (request.headers["caldav-timezones"]?.trim().toUpperCase()) {
    case "T":
      return "all";
    case "F":
      return "non-standard";
    default:
      return null;
  }
}

/** The media type of a body in lower case, without parameters; empty when absent. */
export function mediaType(request: DavRequest): string {
  return (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

/** The charset parameter of the body's media type, in lower case. */
export function charset(request: DavRequest): string | undefined {
  const found = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(request.headers["content-type"] ?? "");
  return found?.[1]?.toLowerCase();
}
