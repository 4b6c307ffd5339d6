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

const LIST = /\s*(?:<([^<>]*)>\s*)?\(((?:[^()<"]|<[^<>]*>|"[^"]*")*)\)\s*/y;
const CONDITION = /\s*(not\s+|not(?=[<[]))?(?:<([^<>]*)>|\[((?:W\/)?"[^"]*")\])\s*/iy;
const MAX_LENGTH = 8192;

/**
 * Parses the If header (RFC 4918 section 10.4). A tag holds for the lists after it until the next.
 *
 * @throws DavError 400 when it is malformed or longer than 8 KiB
 */
export function parseIf(header: string): StateList[] {
  if (header.length > MAX_LENGTH) throw malformed();
  let target: string | null = null;
  const lists = scan(LIST, header, ([, tag, conditions]) => {
    target = tag ?? target;
    return { target, conditions: parseConditions(conditions ?? "") };
  });
  if (lists.length === 0) throw malformed();
  return lists;
}

function parseConditions(text: string): StateCondition[] {
  const conditions = scan(CONDITION, text, ([, not, token, etag]): StateCondition => {
    const negated = not !== undefined;
    return token === undefined
      ? { negated, kind: "etag", value: etag ?? "" }
      : { negated, kind: "token", value: token };
  });
  if (conditions.length === 0) throw malformed();
  return conditions;
}

/** Applies a sticky pattern again and again until the text is used up. */
function scan<Part>(pattern: RegExp, text: string, read: (found: RegExpExecArray) => Part): Part[] {
  const parts: Part[] = [];
  for (let position = 0; position < text.length; position = pattern.lastIndex) {
    pattern.lastIndex = position;
    const found = pattern.exec(text);
    if (found === null) throw malformed();
    parts.push(read(found));
  }
  return parts;
}

function malformed(): DavError {
  return new DavError(400, "the If header is malformed");
}
