import { DavError } from "../errors.ts";

/** One condition of the If header: a state token or an entity tag that must (not) match. */
export interface StateCondition {
  readonly negated: boolean;
  readonly kind: "token" | "etag";
  /** The token's URI, or the entity tag with its quotes. */
  readonly value: string;
}

/** One list of the If header: all of its conditions must hold for the resource. */
export interface StateList {
  /** The href the list is tagged with; null means the request's own resource. */
  readonly target: string | null;
  readonly conditions: readonly StateCondition[];
}

const TOKEN = /\s*(?:<([^<>]*)>|(\()|(\))|(not\b)|\[((?:W\/)?"[^"]*")\])/iy;
const MAX_LENGTH = 8192;

/**
 * Parses the If header (RFC 4918 section 10.4).
 *
 * @throws DavError 400 when it is malformed or longer than 8 KiB
 */
export function parseIf(header: string): StateList[] {
  if (header.length > MAX_LENGTH) throw malformed();
  const lists: StateList[] = [];
  let target: string | null = null;
  let open: StateCondition[] | null = null;
  let negated = false;
  const text = header.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const [, uri, start, end, not, etag] = TOKEN.exec(text) ?? fail();
    if (start !== undefined && open === null) open = [];
    else if (end !== undefined && open !== null && open.length > 0 && !negated) {
      lists.push({ target, conditions: open });
      open = null;
    } else if (not !== undefined && open !== null && !negated) negated = true;
    else if (uri !== undefined && open === null) target = uri;
    else if (open !== null && (uri !== undefined || etag !== undefined)) {
      open.push({ negated, kind: uri === undefined ? "etag" : "token", value: uri ?? etag ?? "" });
      negated = false;
    } else fail();
  }
  if (open !== null || lists.length === 0) fail();
  return lists;
}

function fail(): never {
  throw malformed();
}

function malformed(): DavError {
  return new DavError(400, "the If header is malformed");
}
