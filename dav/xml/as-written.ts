import {
  escapeAttribute,
  escapeText,
  isElement,
  serialize,
  type Element,
  type Node,
  type Written,
} from "./element.ts";
import { splitName, type QName } from "./names.ts";

/**
 * Serializes an element with the prefixes that it was written with, which its texts may refer to (RFC 4918 section 4.3).
 * It declares every prefix it uses and can stand in any document.
 *
 * @param element what was parsed; anything else is written as `serialize` does
 */
export function serializeAsWritten(element: Element): string {
  const used = new Set<string>();
  collectPrefixes(element, used);
  return write(element, used, {});
}

/** The prefixes of elements and attributes, and those that a text seems to refer to. */
function collectPrefixes({ children, attributes, written }: Element, used: Set<string>): void {
  if (written === undefined) return;
  used.add(written.prefix);
  const texts = [
    ...children.filter((node) => typeof node === "string"),
    ...Object.values(attributes),
  ];
  for (const name of Object.keys(attributes)) used.add(attributePrefix(name, written.scope));
  for (const prefix of Object.keys(written.scope)) {
    if (prefix !== "" && texts.some((text) => text.includes(`${prefix}:`))) used.add(prefix);
  }
  for (const inner of children.filter(isElement)) collectPrefixes(inner, used);
}

/** A prefix in scope for an attribute; empty for one without a namespace. */
function attributePrefix(name: QName, scope: Written["scope"]): string {
  const { namespace } = splitName(name);
  if (namespace === "") return "";
  return Object.keys(scope).find((prefix) => prefix !== "" && scope[prefix] === namespace) ?? "";
}

function write(node: Node, used: ReadonlySet<string>, outer: Written["scope"]): string {
  if (typeof node === "string") return escapeText(node);
  if (!isElement(node)) return node.raw;
  if (node.written === undefined) return serialize(node);
  const { prefix, scope } = node.written;
  const tag = withPrefix(prefix, node.name);
  const attributes = Object.entries(node.attributes).map(
    ([name, value]) =>
      ` ${withPrefix(attributePrefix(name, scope), name)}="${escapeAttribute(value)}"`,
  );
  const opening = `<${tag}${declarations(used, scope, outer)}${attributes.join("")}`;
  if (node.children.length === 0) return `${opening}/>`;
  const content = node.children.map((inner) => write(inner, used, scope)).join("");
  return `${opening}>${content}</${tag}>`;
}

function withPrefix(prefix: string, name: QName): string {
  const { local } = splitName(name);
  return prefix === "" ? local : `${prefix}:${local}`;
}

/** What an element must declare, with a leading space each. */
function declarations(
  used: ReadonlySet<string>,
  scope: Written["scope"],
  outer: Written["scope"],
): string {
  return [...used]
    .filter((prefix) => prefix !== "xml" && scope[prefix] !== outer[prefix])
    .map((prefix) => {
      const name = prefix === "" ? "xmlns" : `xmlns:${prefix}`;
      return ` ${name}="${escapeAttribute(scope[prefix] ?? "")}"`;
    })
    .join("");
}
