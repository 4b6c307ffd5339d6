import {
  basicTime,
  TIMES,
  type Jcard,
  type JcardProperty,
  type JcardValue,
} from "./vcard/index.ts";
import { document, el, type Element } from "./xml/element.ts";
import { xcard } from "./xml/names.ts";

/** Types of parameters that are not text (RFC 6351 section 5). */
const PARAMETER_TYPES: Readonly<Record<string, string>> = {
  geo: "uri",
  index: "integer",
  language: "language-tag",
  pref: "integer",
};

/** Names of the parts of structured values (RFC 6351 appendix A). */
export const PARTS: Readonly<Record<string, readonly string[]>> = {
  adr: ["pobox", "ext", "street", "locality", "region", "code", "country"],
  clientpidmap: ["sourceid", "uri"],
  gender: ["sex", "identity"],
  n: ["surname", "given", "additional", "prefix", "suffix"],
};

/** Cards as one xCard document (RFC 6351). */
export function xcardDocument(cards: readonly Jcard[]): string {
  return document(el(xcard("vcards"), cards.map(cardElement)));
}

/** What belongs to a group stands together in it; the namespace says the version (section 5). */
function cardElement([, properties]: Jcard): Element {
  const told = properties.filter(([name]) => name !== "version");
  const groups = Map.groupBy(told, ([, { group }]) => (typeof group === "string" ? group : null));
  return el(
    xcard("vcard"),
    [...groups].flatMap(([group, members]) => {
      const content = members.map(propertyElement);
      return group === null ? content : [el(xcard("group"), content, { name: group })];
    }),
  );
}

function propertyElement([name, parameters, type, ...values]: JcardProperty): Element {
  const written = Object.entries(parameters)
    .filter(([key]) => key !== "group")
    .map(([key, value]) => {
      const texts = typeof value === "string" ? [value] : value;
      const local = PARAMETER_TYPES[key] ?? "text";
      return el(
        xcard(xmlName(key)),
        texts.map((each) => el(xcard(local), [each])),
      );
    });
  const head = written.length === 0 ? [] : [el(xcard("parameters"), written)];
  const content = values.flatMap((value) => valueElements(name, type, value));
  return el(xcard(xmlName(name)), [...head, ...content]);
}

function valueElements(name: string, type: string, value: JcardValue): Element[] {
  const names = PARTS[name];
  if (typeof value === "object" || names !== undefined) {
    const parts = typeof value === "object" ? value : [String(value)];
    return parts.flatMap((part, index) => {
      const local = xcard(names?.[index] ?? "text");
      return (typeof part === "string" ? [part] : part).map((each) => el(local, [each]));
    });
  }
  if (TIMES.has(type)) return [timeElement(type, basicTime(type, String(value)))];
  return [el(xcard(xmlName(type)), [String(value)])];
}

/** A value that may be a date, a time or both is named for what it is. */
function timeElement(type: string, text: string): Element {
  if (type !== "date-and-or-time") return el(xcard(type), [text]);
  if (text.startsWith("T")) return el(xcard("time"), [text.slice(1)]);
  return el(xcard(text.includes("T") ? "date-time" : "date"), [text]);
}

/** Names of vCard may begin with a digit, names of XML may not. */
function xmlName(name: string): string {
  const clean = name.toLowerCase().replace(/[^a-z0-9_.-]/g, "");
  return /^[a-z_]/.test(clean) ? clean : `_${clean}`;
}
