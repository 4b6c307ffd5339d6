import { DavError, violated } from "../errors.ts";
import { ExternalEntityError, parseXml, XmlError } from "../xml/parse.ts";
import type { Element } from "../xml/element.ts";
import type { QName } from "../xml/names.ts";
import type { DavRequest } from "./request.ts";

/**
 * Parses the XML body, whatever the Content-Type says it is, since several clients mislabel it.
 *
 * @param names the root elements that the method takes
 * @throws DavError 400
 */
export function xmlBody(request: DavRequest, names: readonly QName[]): Element {
  if (request.body.length === 0) throw new DavError(400, "the request needs an XML body");
  const root = parse(request.body);
  if (!names.includes(root.name)) {
    throw new DavError(400, `the body's root element is ${root.name}, not ${names.join(" or ")}`);
  }
  return root;
}

/** As xmlBody, but a request without body gives null. */
export function optionalXmlBody(request: DavRequest, names: readonly QName[]): Element | null {
  return request.body.length === 0 ? null : xmlBody(request, names);
}

/** Parses an XML body of any root element. */
export function anyXmlBody(request: DavRequest): Element {
  if (request.body.length === 0) throw new DavError(400, "the request needs an XML body");
  return parse(request.body);
}

function parse(body: Buffer): Element {
  try {
    return parseXml(body);
  } catch (error) {
    if (error instanceof ExternalEntityError) {
      throw violated("no-external-entities", "external entities are not read");
    }
    if (error instanceof XmlError) throw new DavError(400, `the body is not XML: ${error.message}`);
    throw error;
  }
}
