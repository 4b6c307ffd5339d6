import { XMLParser, XMLValidator } from "fast-xml-parser";
import { XML_LANG, type Element, type Node, type Written } from "./element.ts";
import { isQualifiedName } from "./names.ts";
import { remember } from "./remember.ts";

/** The body is not XML that this server reads. `message` says why in words for a person. */
export class XmlError extends Error {
  override name = "XmlError";
}

/** The body names something outside that is to be read with it (RFC 4918 section 16). */
export class ExternalEntityError extends XmlError {}

const MAX_DEPTH = 64;
const MAX_ELEMENTS = 25_000;
/** Prefixes in force at one place: each text is searched for them. */
const MAX_PREFIXES = 100;
/** The same over all elements that declare some: each has those of its parent too. */
const MAX_SCOPES = 100_000;
const XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace";

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  cdataPropName: "#cdata",
  maxNestedTags: MAX_DEPTH + 1,
});

type Parsed = Record<string, unknown>;

/**
 * Parses an XML document (RFC 4918 section 8.2 and 20.6).
 *
 * @param body UTF-8, or UTF-16 with a byte order mark
 * @returns the root element, names resolved to namespaces
 * @throws XmlError when it is not well-formed, has a DOCTYPE, nests deeper than 64, declares more than 100 prefixes or is
 * malformed otherwise
 */
export function parseXml(body: Uint8Array): Element {
  return parseRemembered(decode(body));
}

const parseRemembered = remember(parseDocument, { texts: 256, length: 4096 });

function parseDocument(source: string): Element {
  refuseDangerous(source);
  const problem = XMLValidator.validate(source, { allowBooleanAttributes: false });
  if (problem !== true) throw new XmlError(`line ${problem.err.line}: ${problem.err.msg}`);
  const roots = (parseTree(source) as Parsed[]).filter((node) => !isIgnorable(node));
  const [root, ...others] = roots;
  if (root === undefined || others.length > 0 || "#text" in root) {
    throw new XmlError("a document must have exactly one root element");
  }
  return new Converter().element(root, { "": "", xml: XML_NAMESPACE }, 1);
}

function parseTree(source: string): unknown {
  try {
    return parser.parse(source);
  } catch (error) {
    throw new XmlError(error instanceof Error ? error.message : "not XML");
  }
}

const decoder = (encoding: string) => new TextDecoder(encoding, { fatal: true });
const UTF8 = decoder("utf-8");
const UTF16LE = decoder("utf-16le");
const UTF16BE = decoder("utf-16be");

function decoderOf(body: Uint8Array): typeof UTF8 {
  if (body[0] === 0xff && body[1] === 0xfe) return UTF16LE;
  return body[0] === 0xfe && body[1] === 0xff ? UTF16BE : UTF8;
}

function decode(body: Uint8Array): string {
  const used = decoderOf(body);
  try {
    return used.decode(body);
  } catch {
    throw new XmlError(`the body is not valid ${used.encoding.toUpperCase()}`);
  }
}

/** A document type can define entities that grow or read files, so none is read at all. */
function refuseDangerous(source: string): void {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(source)) {
    const isExternal = /<!(?:DOCTYPE|ENTITY)\b[^>[]*\s(?:SYSTEM|PUBLIC)\s/i.test(source);
    throw new (isExternal ? ExternalEntityError : XmlError)("a DOCTYPE is not allowed");
  }
  // Each element has two tags at most, so this is seen before the costly parsing.
  if (source.split("<").length > 2 * MAX_ELEMENTS) throw tooMany();
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(source)) {
    throw new XmlError("the body contains control characters");
  }
}

function isIgnorable(node: Parsed): boolean {
  const value = node["#text"];
  return typeof value === "string" && value.trim() === "";
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/** Resolves character references and the five entities of XML 1.0 section 4.6. */
function resolveEntities(value: string): string {
  if (!value.includes("&")) return value;
  return value.replace(/&([^;&\s]{0,12});?/g, (reference, name: string) => {
    const known = ENTITIES[name];
    if (known !== undefined && reference.endsWith(";")) return known;
    const code = /^#(?:x([0-9a-fA-F]+)|(\d+))$/.exec(name);
    const point = code ? Number.parseInt(code[1] ?? code[2] ?? "", code[1] ? 16 : 10) : NaN;
    if (!isCharacter(point)) throw new XmlError(`unknown entity ${reference}`);
    return String.fromCodePoint(point);
  });
}

function isCharacter(point: number): boolean {
  if (point === 0x9 || point === 0xa || point === 0xd) return true;
  if (point < 0x20 || (point >= 0xd800 && point <= 0xdfff)) return false;
  return point <= 0x10ffff && point !== 0xfffe && point !== 0xffff;
}

function tooMany(): XmlError {
  return new XmlError(`more than ${MAX_ELEMENTS} elements`);
}

type Scope = Written["scope"];

class Converter {
  #count = 0;
  #scopes = 0;

  element(node: Parsed, outer: Scope, depth: number): Element {
    if (depth > MAX_DEPTH) throw new XmlError(`elements nest deeper than ${MAX_DEPTH}`);
    if (++this.#count > MAX_ELEMENTS) throw tooMany();
    const tag = Object.keys(node).find((key) => key !== ":@") ?? "";
    const attributes = (node[":@"] ?? {}) as Record<string, string>;
    const scope = declare(attributes, outer);
    if (scope !== outer) this.#countPrefixes(scope);
    return {
      name: resolve(tag, scope, true),
      attributes: resolveAttributes(attributes, scope),
      children: this.#children(node[tag] as Parsed[], scope, depth),
      written: { prefix: prefixIn(tag), scope },
    };
  }

  #countPrefixes(scope: Scope): void {
    const { length } = Object.keys(scope);
    this.#scopes += length;
    if (length > MAX_PREFIXES || this.#scopes > MAX_SCOPES) {
      throw new XmlError(`more than ${MAX_PREFIXES} prefixes are declared, or too often`);
    }
  }

  #children(nodes: Parsed[], scope: Scope, depth: number): Node[] {
    return nodes.map((node) => {
      if ("#text" in node) return resolveEntities(String(node["#text"]));
      if ("#cdata" in node) {
        return (node["#cdata"] as Record<string, string>[]).map((part) => part["#text"]).join("");
      }
      return this.element(node, scope, depth + 1);
    });
  }
}

function declare(attributes: Record<string, string>, outer: Scope): Scope {
  const declarations = Object.entries(attributes).filter(
    ([name]) => name === "xmlns" || name.startsWith("xmlns:"),
  );
  if (declarations.length === 0) return outer;
  const scope: Record<string, string> = { ...outer };
  for (const [name, value] of declarations) {
    const prefix = name === "xmlns" ? "" : name.slice("xmlns:".length);
    if (prefix !== "" && value === "") throw new XmlError(`the prefix ${prefix} has no namespace`);
    scope[prefix] = resolveEntities(value);
  }
  return scope;
}

function resolve(name: string, scope: Scope, isElementName: boolean): string {
  if (!isQualifiedName(name)) throw new XmlError(`${name} is not a name`);
  const colon = name.indexOf(":");
  if (colon < 0) return isElementName ? `{${scope[""] ?? ""}}${name}` : `{}${name}`;
  const prefix = name.slice(0, colon);
  const namespace = Object.hasOwn(scope, prefix) ? scope[prefix] : undefined;
  if (namespace === undefined) throw new XmlError(`the prefix ${prefix} is not declared`);
  return `{${namespace}}${name.slice(colon + 1)}`;
}

function prefixIn(tag: string): string {
  return tag.slice(0, Math.max(0, tag.indexOf(":")));
}

function resolveAttributes(
  attributes: Record<string, string>,
  scope: Scope,
): Record<string, string> {
  const resolved: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "xmlns" || name.startsWith("xmlns:")) continue;
    resolved[resolve(name, scope, false)] = resolveEntities(value);
  }
  return resolved;
}

/** The element with the xml:lang that is in force where it stands, which RFC 4918 section 4.3 keeps. */
export function withLanguage(element: Element, ancestors: readonly Element[]): Element {
  if (element.attributes[XML_LANG] !== undefined) return element;
  const language = ancestors.findLast((ancestor) => ancestor.attributes[XML_LANG] !== undefined);
  if (language === undefined) return element;
  return {
    ...element,
    attributes: { ...element.attributes, [XML_LANG]: language.attributes[XML_LANG] ?? "" },
  };
}
