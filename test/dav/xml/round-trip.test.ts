import test from "ava";
import fc from "fast-check";
import { serializeAsWritten } from "../../../dav/xml/as-written.ts";
import {
  document,
  el,
  elements,
  serialize,
  XML_LANG,
  type Element,
  type Node,
} from "../../../dav/xml/element.ts";
import { NAMESPACES } from "../../../dav/xml/names.ts";
import { parseXml, XmlError } from "../../../dav/xml/parse.ts";
import { holds } from "../../support/property.ts";

/** What XML 1.0 can carry (section 2.2); the rest is left out when it is written. */
const isCarried = (text: string) =>
  // oxlint-disable-next-line no-control-regex
  !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text) && text.isWellFormed();

const text = fc.string({ unit: "binary", maxLength: 12 }).filter(isCarried);
const awkward = fc.constantFrom("]]>", "&amp;", "<a/>", "\r\n", "\r", " ", "\t", '"', "'", "&#38;");
const local = fc.stringMatching(/^[A-Za-z_é][\w.\-é]{0,8}$/);
const namespace = fc.oneof(
  fc.constantFrom("", ...Object.values(NAMESPACES)),
  fc.constantFrom("urn:x", "a}b", "http://a/?b=1&c=<\"'>", "é"),
);
const name = fc.tuple(namespace, local).map(([uri, rest]) => `{${uri}}${rest}`);
const attributes = fc.dictionary(fc.oneof(name, fc.constant(XML_LANG)), fc.oneof(text, awkward), {
  maxKeys: 3,
});

const { element } = fc.letrec<{ element: Element; node: Node }>((tie) => ({
  element: fc
    .tuple(name, fc.array(tie("node"), { maxLength: 4 }), attributes)
    .map(([of, children, having]) => el(of, children, having)),
  node: fc.oneof({ depthSize: "small" }, text, awkward, tie("element")),
}));

/** One form of the same: adjacent texts joined, empty ones gone. */
function normal({ name: of, attributes: having, children }: Element): unknown {
  const joined: unknown[] = [];
  for (const node of children) {
    const last = joined.at(-1);
    if (typeof node !== "string") joined.push(normal(node as Element));
    else if (typeof last === "string") joined[joined.length - 1] = last + node;
    else if (node !== "") joined.push(node);
  }
  return { of, having, joined };
}

test("what is written as XML is read as it was: names, attributes, and mixed content to the letter", (t) => {
  const property = fc.property(element, (tree) => {
    t.deepEqual(normal(parseXml(Buffer.from(document(tree)))), normal(tree));
  });
  t.notThrows(() => holds(property, { numRuns: 500 }));
});

test("an element that is written by itself means the same inside any other", (t) => {
  const property = fc.property(element, element, (tree, around) => {
    const nested = document(el(around.name, [{ raw: serialize(tree) }], around.attributes));
    const [inner] = parseXml(Buffer.from(nested)).children;
    t.deepEqual(normal(inner as Element), normal(tree));
  });
  t.notThrows(() => holds(property, { numRuns: 300 }));
});

test("what was parsed is written with its own prefixes, and means the same inside any other", (t) => {
  const property = fc.property(element, element, (tree, around) => {
    const parsed = parseXml(Buffer.from(document(tree)));
    const nested = document(el(around.name, [{ raw: serializeAsWritten(parsed) }]));
    const [inner] = parseXml(Buffer.from(nested)).children;
    t.deepEqual(normal(inner as Element), normal(tree));
  });
  t.notThrows(() => holds(property, { numRuns: 300 }));
});

for (const [source, written] of [
  [
    '<d:prop xmlns:d="DAV:" xmlns:x="urn:x" xmlns:xs="urn:xs" xmlns:n="urn:n"><x:a x:type="xs:string"><x:b/></x:a></d:prop>',
    '<x:a xmlns:x="urn:x" xmlns:xs="urn:xs" x:type="xs:string"><x:b/></x:a>',
  ],
  [
    '<prop xmlns="DAV:"><a xmlns="urn:x">q:c<b xmlns=""/><q:c xmlns:q="urn:q"/><q:c xmlns:q="urn:r"/></a></prop>',
    '<a xmlns="urn:x">q:c<b xmlns=""/><q:c xmlns:q="urn:q"/><q:c xmlns:q="urn:r"/></a>',
  ],
  [
    '<d:prop xmlns:d="DAV:" xml:lang="de"><d:a xml:lang="en"/></d:prop>',
    '<d:a xmlns:d="DAV:" xml:lang="en"/>',
  ],
  ["<prop><a>x</a></prop>", '<a xmlns="">x</a>'],
] as const) {
  test(`of ${source} the property is kept as ${written}`, (t) => {
    const [value] = elements(parseXml(Buffer.from(source)));
    t.is(value && serializeAsWritten(value), written);
  });
}

for (const [source, why] of [
  ['<a:b:c xmlns:a="urn:a"/>', "a name with two colons"],
  ["<a b:c:d='1' xmlns:b='urn:b'/>", "an attribute with two colons"],
  ["<:a/>", "a name without a prefix before its colon"],
  ['<a: xmlns:a="urn:a"/>', "a name without a local part"],
] as const) {
  test(`${why} is not read, for it could not be written`, (t) => {
    t.throws(() => parseXml(Buffer.from(source)), { instanceOf: XmlError });
  });
}
