import { errorElement, type ConditionName } from "./errors.ts";
import { VARY_BY_PREFERENCE } from "./http/prefer.ts";
import type { DavResponse, Rest } from "./http/request.ts";
import type { Transaction } from "./store.ts";
import { el, href, Writer, type Element, type Node } from "./xml/element.ts";
import { dav, NAMESPACES } from "./xml/names.ts";

const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  400: "Bad Request",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  412: "Precondition Failed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  423: "Locked",
  424: "Failed Dependency",
  507: "Insufficient Storage",
};

// Made once: a long answer has them in each response.
const RESPONSE = dav("response");
const PROPSTAT = dav("propstat");
const PROP = dav("prop");
const STATUS = dav("status");

/** COMPAT(old iOS): the status line is upper case and complete (sabre/dav 1.5.3). */
export function statusElement(status: number): Element {
  return el(STATUS, [`HTTP/1.1 ${status} ${REASONS[status] ?? "Unknown"}`]);
}

export interface Propstat {
  readonly status: number;
  readonly properties: readonly Node[];
  readonly condition?: ConditionName;
}

/** A DAV:response with propstats, of which it must have one (RFC 4918 section 14.24). */
export function propstatResponse(target: string, propstats: readonly Propstat[]): Element {
  const some = propstats.length > 0 ? propstats : [{ status: 200, properties: [] }];
  return el(RESPONSE, [href(target), ...some.map(propstatElement)]);
}

function propstatElement({ status, properties, condition }: Propstat): Element {
  const error = condition === undefined ? [] : [errorElement(condition)];
  return el(PROPSTAT, [el(PROP, properties), statusElement(status), ...error]);
}

/**
 * A DAV:response that says one status about one href.
 *
 * @param description a sentence for people
 */
export function statusResponse(
  target: string,
  status: number,
  condition?: ConditionName,
  description?: string,
): Element {
  const error = condition === undefined ? [] : [errorElement(condition)];
  const words = description === undefined ? [] : [el(dav("responsedescription"), [description])];
  return el(RESPONSE, [href(target), statusElement(status), ...error, ...words]);
}

/** Characters that are encoded at once: a long text out of many small pieces takes several times as long. */
const PORTION = 32_768;

const END = "</d:multistatus>";

/** The 207 answer around responses; `last` follows them, as sync-collection's token must. */
export function multistatus(responses: Iterable<Element>, last: readonly Node[] = []): DavResponse {
  const writer = new Writer();
  const portions = encode(writer, responses);
  for (const node of last) writer.write(node);
  writer.use(NAMESPACES.d);
  return answer([start(writer), ...portions, Buffer.from(`${writer.take()}${END}`)]);
}

/** Responses, and what reads those that follow; null where none do. */
export interface Responses {
  readonly responses: Iterable<Element>;
  readonly more: ((tx: Transaction) => Promise<Responses>) | null;
}

/** As multistatus, of responses that are not all there yet. */
export function longMultistatus(
  { responses, more }: Responses,
  last: readonly Node[] = [],
): DavResponse {
  if (more === null) return multistatus(responses, last);
  const writer = new Writer();
  // Which of them will be used is not known yet.
  for (const namespace of Object.values(NAMESPACES)) writer.use(namespace);
  const portions = encode(writer, responses);
  return {
    ...answer([start(writer), ...portions, Buffer.from(writer.take())]),
    rest: following(writer, more, last),
  };
}

function following(
  writer: Writer,
  read: NonNullable<Responses["more"]>,
  last: readonly Node[],
): Rest {
  return async (tx) => {
    const { responses, more } = await read(tx);
    const portions = encode(writer, responses);
    if (more === null) for (const node of last) writer.write(node);
    const end = Buffer.from(`${writer.take()}${more === null ? END : ""}`);
    return {
      body: Buffer.concat([...portions, end]),
      rest: more && following(writer, more, last),
    };
  };
}

function encode(writer: Writer, responses: Iterable<Element>): Buffer[] {
  const portions: Buffer[] = [];
  for (const response of responses) {
    writer.write(response);
    if (writer.text.length > PORTION) portions.push(Buffer.from(writer.take()));
  }
  return portions;
}

/** The beginning of the document, which declares what the writer used. */
function start(writer: Writer): Buffer {
  const root = `<d:multistatus${writer.declarations()}>`;
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${root}`);
}

function answer(parts: readonly Buffer[]): DavResponse {
  const headers = { "content-type": XML_CONTENT_TYPE, vary: VARY_BY_PREFERENCE };
  return { status: 207, headers, body: Buffer.concat(parts) };
}

/** COMPAT(DAVx5): error bodies are parsed only when labelled as XML. */
export const XML_CONTENT_TYPE = "application/xml; charset=utf-8";
