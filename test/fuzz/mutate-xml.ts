import { document, isElement, serialize, type Element, type Node } from "../../dav/xml/element.ts";
import { parseXml } from "../../dav/xml/parse.ts";
import { interesting, mutateText } from "./mutate-text.ts";
import type { Random } from "./random.ts";

/** All elements of some documents, to mix with. */
export interface XmlPool {
  readonly elements: readonly Element[];
  readonly texts: readonly string[];
}

/** @returns null for what is not XML */
export function readXml(body: string): Element | null {
  try {
    return parseXml(Buffer.from(body));
  } catch {
    return null;
  }
}

/** Gathers the elements of documents and the texts in them. */
export function xmlPool(roots: readonly Element[]): XmlPool {
  const elements: Element[] = [];
  const texts = [""];
  const visit = (element: Element) => {
    elements.push(element);
    texts.push(...Object.values(element.attributes));
    for (const node of element.children) {
      if (isElement(node)) visit(node);
      else if (typeof node === "string" && node.trim() !== "") texts.push(node);
    }
  };
  roots.forEach(visit);
  return { elements, texts };
}

/** Changes the tree in one to four places, and writes it. */
export function mutateXml(root: Element, random: Random, pool: XmlPool): string {
  let changed = root;
  for (let times = 1 + random.below(4); times > 0; times--) {
    changed = changeSomewhere(changed, random, pool, 1);
  }
  return random.chance(0.9) ? document(changed) : serialize(changed);
}

/** Goes down by chance and changes one element on the way. */
function changeSomewhere(element: Element, random: Random, pool: XmlPool, depth: number): Element {
  const inner = element.children.filter(isElement);
  if (inner.length === 0 || random.chance(0.15 * depth)) return change(element, random, pool);
  const chosen = random.pick(inner);
  return {
    ...element,
    children: element.children.map((node) =>
      node === chosen ? changeSomewhere(chosen, random, pool, depth + 1) : node,
    ),
  };
}

type Change = (element: Element, random: Random, pool: XmlPool) => Element;

const CHANGES: readonly Change[] = [
  (element, random, pool) => ({ ...element, name: random.pick(pool.elements).name }),
  (_element, random, pool) => random.pick(pool.elements),
  (element, random, pool) => ({
    ...element,
    children: [...element.children, random.pick(pool.elements)],
  }),
  (element, random) => {
    const gone = random.below(element.children.length + 1);
    return { ...element, children: element.children.filter((_, index) => index !== gone) };
  },
  (element) => ({ ...element, children: [] }),
  (element, random) => {
    if (element.children.length === 0) return element;
    const twice = random.pick(element.children);
    return { ...element, children: [...element.children, twice, twice] };
  },
  (element) => ({ ...element, children: element.children.toReversed() }),
  (element, random, pool) => ({
    ...element,
    children: element.children.map((node): Node =>
      typeof node === "string" ? mutateText(node, random, pool.texts) : node,
    ),
  }),
  (element, random) => ({ ...element, children: [interesting(random)] }),
  (element, random, pool) => ({ ...element, children: [random.pick(pool.texts)] }),
  (element, random, pool) => {
    const names = [
      ...Object.keys(element.attributes),
      ...Object.keys(random.pick(pool.elements).attributes),
    ];
    const name = names.length === 0 ? "x" : random.pick(names);
    const value = random.chance(0.5) ? interesting(random) : random.pick(pool.texts);
    return { ...element, attributes: { ...element.attributes, [name]: value } };
  },
  (element) => ({ ...element, attributes: {} }),
  (element, random) => {
    let nested = element;
    for (let levels = random.below(random.chance(0.1) ? 80 : 5); levels > 0; levels--) {
      nested = { ...element, children: [nested] };
    }
    return nested;
  },
];

function change(element: Element, random: Random, pool: XmlPool): Element {
  return random.pick(CHANGES)(element, random, pool);
}
