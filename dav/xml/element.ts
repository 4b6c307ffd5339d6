import { NAMESPACES, prefixOf, splitName, type QName } from "./names.ts";

/** XML that is already serialized and declares every prefix it uses. */
export interface Raw {
  readonly raw: string;
}

export type Node = Element | Raw | string;

export interface Element {
  readonly name: QName;
  /** Keys are Clark names; an attribute without prefix is `{}local`. */
  readonly attributes: Readonly<Record<QName, string>>;
  readonly children: readonly Node[];
  /** How it was written, of what was parsed. */
  readonly written?: Written;
}

/** The prefix of an element and the namespaces in scope, by prefix; the default namespace has the empty one. */
export interface Written {
  readonly prefix: string;
  readonly scope: Readonly<Record<string, string>>;
}

export const XML_LANG: QName = "{http://www.w3.org/XML/1998/namespace}lang";

const NO_ATTRIBUTES = Object.freeze({});

/** Builds an element. Attributes are keyed by Clark name, or by plain name for those without namespace. */
export function el(
  name: QName,
  children: readonly Node[] = [],
  attributes: Readonly<Record<string, string>> = NO_ATTRIBUTES,
): Element {
  return { name, attributes, children };
}

export function isElement(node: Node): node is Element {
  return typeof node === "object" && "name" in node;
}

/** The element children of an element, in order. */
export function elements(parent: Element): Element[] {
  return parent.children.filter(isElement);
}

/** The first child element of that name. */
export function child(parent: Element, name: QName): Element | undefined {
  return elements(parent).find((candidate) => candidate.name === name);
}

/** All child elements of that name. */
export function childrenOf(parent: Element, name: QName): Element[] {
  return elements(parent).filter((candidate) => candidate.name === name);
}

/** The text of an element, descendants left out. */
export function text(element: Element): string {
  return element.children.filter((node) => typeof node === "string").join("");
}

/** The value of an attribute without namespace. */
export function attribute(element: Element, local: string): string | undefined {
  return element.attributes[`{}${local}`] ?? element.attributes[local];
}

/** `<d:href>` around a path or URI. */
export function href(target: string): Element {
  return el("{DAV:}href", [target]);
}

// Characters that XML 1.0 section 2.2 does not allow; no escape exists for them.
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
// Whether there can be anything to escape or leave out; most text has nothing, and is seen at a glance.
// oxlint-disable-next-line no-control-regex
const SUSPICIOUS = /[\u0000-\u001f"&<>\ud800-\udfff\ufffe\uffff]/;
const TEXT_ESCAPES = [
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ["\r", "&#13;"],
] as const;
const ATTRIBUTE_ESCAPES = [
  ...TEXT_ESCAPES,
  ['"', "&quot;"],
  ["\n", "&#10;"],
  ["\t", "&#9;"],
] as const;

function escape(value: string, escapes: readonly (readonly [string, string])[]): string {
  if (!SUSPICIOUS.test(value)) return value;
  let escaped = value.replace(FORBIDDEN, "");
  for (const [character, reference] of escapes) {
    if (escaped.includes(character)) escaped = escaped.replaceAll(character, reference);
  }
  return escaped;
}

/** Escapes character data; what XML cannot carry at all is left out. */
export function escapeText(value: string): string {
  return escape(value, TEXT_ESCAPES);
}

export function escapeAttribute(value: string): string {
  return escape(value, ATTRIBUTE_ESCAPES);
}

/** The parts of an element's tags that are the same each time. */
interface Tag {
  /** `<d:href`, with a declaration where the namespace has no fixed prefix. */
  readonly open: string;
  readonly close: string;
}

/** Writes nodes one after another, and collects the fixed prefixes they use, for their root to declare. */
export class Writer {
  /** What has been written. */
  text = "";
  readonly #used = new Set<string>();
  readonly #tags = new Map<QName, Tag>();

  write(node: Node): void {
    if (typeof node === "string") this.text += escapeText(node);
    else if ("raw" in node) this.text += node.raw;
    else this.#element(node);
  }

  #element({ name, attributes, children }: Element): void {
    const { open, close } = this.#tags.get(name) ?? this.#tag(name);
    this.text += open;
    if (attributes !== NO_ATTRIBUTES) this.text += writeAttributes(attributes);
    if (children.length === 0) {
      this.text += "/>";
      return;
    }
    this.text += ">";
    for (const inner of children) this.write(inner);
    this.text += close;
  }

  #tag(name: QName): Tag {
    const { namespace, local } = splitName(name);
    const prefix = this.use(namespace);
    const tag =
      prefix === undefined
        ? { open: `<${local} xmlns="${escapeAttribute(namespace)}"`, close: `</${local}>` }
        : { open: `<${prefix}:${local}`, close: `</${prefix}:${local}>` };
    this.#tags.set(name, tag);
    return tag;
  }

  /** Makes the root declare the fixed prefix of a namespace, if it has one, and returns that. */
  use(namespace: string): string | undefined {
    const prefix = prefixOf(namespace);
    if (prefix !== undefined) this.#used.add(prefix);
    return prefix;
  }

  /** Gives what has been written since the last time, and forgets it. */
  take(): string {
    const { text: written } = this;
    this.text = "";
    return written;
  }

  /** The declarations for the root element, with a leading space. */
  declarations(): string {
    return [...this.#used]
      .sort()
      .map((prefix) => ` xmlns:${prefix}="${NAMESPACES[prefix as keyof typeof NAMESPACES]}"`)
      .join("");
  }
}

function writeAttributes(attributes: Readonly<Record<QName, string>>): string {
  let written = "";
  let count = 0;
  for (const [name, value] of Object.entries(attributes)) {
    if (!name.startsWith("{") || name.startsWith("{}")) {
      written += ` ${name.replace("{}", "")}="${escapeAttribute(value)}"`;
    } else if (name === XML_LANG) {
      written += ` xml:lang="${escapeAttribute(value)}"`;
    } else {
      const { namespace, local } = splitName(name);
      const prefix = `a${count++}`;
      written += ` xmlns:${prefix}="${escapeAttribute(namespace)}" ${prefix}:${local}="${escapeAttribute(value)}"`;
    }
  }
  return written;
}

/** Serializes an element so that it declares every prefix it uses and can stand in any document. */
export function serialize(element: Element): string {
  const writer = new Writer();
  writer.write(element);
  const declarations = writer.declarations();
  if (declarations === "") return writer.text;
  const end = writer.text.search(/[\s/>]/);
  return writer.text.slice(0, end) + declarations + writer.text.slice(end);
}

/** A whole XML document with its declaration. */
export function document(root: Element): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${serialize(root)}`;
}
