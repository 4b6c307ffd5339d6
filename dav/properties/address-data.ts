import { formatCard, formatFor, readCardFormat, type CardFormat } from "../card-format.ts";
import { DavError } from "../errors.ts";
import { decodeText } from "../text.ts";
import type { CardPropertySelection } from "../vcard/index.ts";
import { attribute, child, childrenOf, type Element } from "../xml/element.ts";
import { carddav } from "../xml/names.ts";
import { CARDS, property } from "./property.ts";

/** A CARDDAV:address-data element of a request as it was read, for all objects of the answer. */
interface DataRequest {
  readonly format: CardFormat;
  readonly selection: readonly CardPropertySelection[] | null;
}

const requests = new WeakMap<Element, DataRequest>();

/**
 * CARDDAV:address-data (RFC 6352 section 10.4). Only in answers of reports: PROPFIND reads no data.
 * The stored text is the value where it has the version that is asked for and no part of it is.
 */
export const ADDRESS_DATA = property({
  name: carddav("address-data"),
  on: CARDS,
  needs: "data",
  checkRequest: (requested) => void requestOf(requested),
  get: ({ object }, { userAgent }, requested) => {
    if (object.data === undefined) return null;
    const { format, selection } = requestOf(requested);
    const { text } = decodeText(object.data);
    return [formatCard(text, formatFor(format, userAgent), selection)];
  },
});

function requestOf(requested: Element): DataRequest {
  let request = requests.get(requested);
  if (request === undefined) {
    const [type, version] = ["content-type", "version"].map((name) => attribute(requested, name));
    request = { format: readCardFormat(type, version), selection: readSelection(requested) };
    requests.set(requested, request);
  }
  return request;
}

/** Null for allprop, or when nothing is said (RFC 6352 section 10.4.1). */
function readSelection(requested: Element): CardPropertySelection[] | null {
  const props = childrenOf(requested, carddav("prop"));
  if (props.length === 0 || child(requested, carddav("allprop")) !== undefined) return null;
  return props.map((prop) => {
    const name = attribute(prop, "name");
    if (name === undefined || name === "") throw new DavError(400, "prop needs a name");
    return { name, noValue: attribute(prop, "novalue") === "yes" };
  });
}
