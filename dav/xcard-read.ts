import { CardError, defaultType } from "./vcard/index.ts";
import { attribute, child, elements, text, type Element } from "./xml/element.ts";
import { splitName, xcard } from "./xml/names.ts";
import { parseXml, XmlError } from "./xml/parse.ts";
import { PARTS } from "./xcard.ts";

/**
 * Reads an xCard document (RFC 6351) into jCard.
 *
 * @throws CardError valid-address-data when it is not xCard of one card
 */
export function jcardOfXcard(bytes: Buffer): unknown {
  const root = parsed(bytes);
  const [card, ...others] = root.name === xcard("vcards") ? elements(root) : [];
  if (card?.name !== xcard("vcard") || others.length > 0)
    throw invalid("The XML is no xCard of one card.");
  const properties = elements(card).flatMap((each) =>
    each.name === xcard("group")
      ? elements(each).map((inner) => propertyOf(inner, attribute(each, "name")))
      : [propertyOf(each)],
  );
  return ["vcard", [["version", {}, "text", "4.0"], ...properties]];
}

function parsed(bytes: Buffer): Element {
  try {
    return parseXml(bytes);
  } catch (error) {
    if (error instanceof XmlError) throw invalid(error.message);
    throw error;
  }
}

function propertyOf(property: Element, group?: string): unknown[] {
  const name = localOf(property);
  const head = child(property, xcard("parameters"));
  const parameters = (head === undefined ? [] : elements(head)).map((each) => [
    localOf(each),
    elements(each).map(text),
  ]);
  const values = elements(property).filter((value) => value !== head);
  const [first] = values;
  if (first === undefined) throw invalid(`${name} has no value.`);
  const start = [
    name,
    { ...Object.fromEntries(parameters), ...(group !== undefined && { group }) },
  ];
  const parts = PARTS[name];
  if (parts !== undefined) return [...start, "text", structured(parts, values)];
  if (name === "org") return [...start, "text", values.map(text)];
  if (defaultType(name.toUpperCase()) !== "date-and-or-time" || localOf(first) === "text") {
    return [...start, localOf(first), ...values.map(text)];
  }
  return [...start, "date-and-or-time", `${localOf(first) === "time" ? "T" : ""}${text(first)}`];
}

/** Each part by its name, and after them whatever has none. */
function structured(parts: readonly string[], values: readonly Element[]): string[][] {
  const named = parts.map((part) => values.filter((each) => localOf(each) === part).map(text));
  const others = values
    .filter((each) => !parts.includes(localOf(each)))
    .map((each) => [text(each)]);
  return [...named.map((texts) => (texts.length === 0 ? [""] : texts)), ...others];
}

/** The name in vCard, which `xmlName` may have put an underscore before. */
function localOf({ name }: Element): string {
  return splitName(name).local.replace(/^_(?=[^a-z_])/, "");
}

function invalid(message: string): CardError {
  return new CardError("valid-address-data", message);
}
