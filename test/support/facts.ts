import {
  child,
  childrenOf,
  elements,
  isElement,
  text,
  type Element,
} from "../../dav/xml/element.ts";
import { dav } from "../../dav/xml/names.ts";
import { parseXml } from "../../dav/xml/parse.ts";
import type { Placeholders } from "./placeholders.ts";

/**
 * Compares bodies. A multistatus is a set of facts (href, status, property, value), in any order but for
 * the sync-token, which comes last; other XML is compared by structure, anything else as text.
 *
 * @returns what differs, in words
 */
export function compareBodies(
  expected: string,
  actual: string,
  { partial, placeholders }: { partial: boolean; placeholders: Placeholders },
): string[] {
  if (!expected.trimStart().startsWith("<")) {
    const same = placeholders.match(normalLines(expected), normalLines(actual));
    return same ? [] : ["the body differs"];
  }
  const actualFacts = factsOf(actual);
  const missing: string[] = [];
  for (const fact of factsOf(expected)) {
    const index = actualFacts.findIndex((candidate) => placeholders.match(fact, candidate));
    if (index < 0) missing.push(`missing: ${placeholders.fill(fact)}`);
    else actualFacts.splice(index, 1);
  }
  const extra = partial ? [] : actualFacts.map((fact) => `unexpected: ${fact}`);
  return [...missing, ...extra];
}

function normalLines(body: string): string {
  return body.replace(/\r\n/g, "\n").trimEnd();
}

/** The facts that a document states. */
export function factsOf(body: string): string[] {
  const root = parseXml(Buffer.from(body.trim()));
  return root.name === dav("multistatus") ? elements(root).flatMap(responseFacts) : [show(root)];
}

function responseFacts(element: Element): string[] {
  if (element.name !== dav("response")) return [show(element)];
  const [target] = childrenOf(element, dav("href")).map(text);
  const propstats = childrenOf(element, dav("propstat")).flatMap((propstat) => {
    const status = statusOf(propstat);
    const prop = child(propstat, dav("prop"));
    const properties = prop ? elements(prop) : [];
    if (properties.length === 0) return [`${target} ${status} (no property)`];
    return properties.map((property) => `${target} ${status} ${show(property)}`);
  });
  const others = elements(element)
    .filter(({ name }) => ![dav("href"), dav("propstat"), dav("status")].includes(name))
    .map((each) => `${target} ${statusOf(element)} ${show(each)}`);
  const plain = child(element, dav("status")) ? [`${target} ${statusOf(element)}`] : [];
  return [...propstats, ...plain, ...others];
}

function statusOf(element: Element): string {
  const status = child(element, dav("status"));
  return status ? (/ (\d{3}) /.exec(text(status))?.[1] ?? "?") : "-";
}

/** An element in one form, whatever its prefixes; children of sets in order of their form. */
function show(element: Element): string {
  const attributes = Object.entries(element.attributes)
    .map(([name, value]) => ` ${name}=${JSON.stringify(value)}`)
    .sort()
    .join("");
  const inner = element.children.filter(isElement);
  const content = inner.length > 0 ? inner.map(show).sort().join("") : lines(text(element));
  return `<${element.name}${attributes}>${content}</>`;
}

function lines(value: string): string {
  return value.replace(/\r\n/g, "\n").trim();
}
