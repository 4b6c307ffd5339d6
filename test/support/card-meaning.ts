import { parseCard } from "../../dav/vcard/index.ts";
import { unescapeText } from "../../dav/vcard/property.ts";
import type { CardProperty } from "../../dav/vcard/property.ts";

const DATES = new Set(["ANNIVERSARY", "BDAY", "REV", "TZ", "X-ABDATE"]);
/** Apple's names of properties that have another. */
const NAMES = new Map([
  ["X-ADDRESSBOOKSERVER-KIND", "KIND"],
  ["X-ABRELATEDNAMES", "RELATED"],
]);
const INLINE = /^data:image\/\w+;base64,/;
const ANNIVERSARY_LABEL = "X-ABLABEL;:_$!<Anniversary>!$_";
/** Read with escapes too many or too few. */
const UNESCAPED = new Set(["FBURL", "LABEL", "SORT-STRING", "URL"]);

/**
 * What a card says, as sorted lines: two cards are equal if these are. Left out is what may be written
 * in several ways: the order of properties and parameters, the case of names and TYPE values, basic
 * or extended dates and offsets, the numbers of groups (a group is what its members are), spellings of encodings.
 */
export function meaningOf(text: string): string[] {
  const properties = parseCard(text).properties.filter(({ name }) => name !== "VERSION");
  const groups = Map.groupBy(properties, ({ group }) => group);
  return properties
    .map((property) => {
      const members = property.group === null ? [] : (groups.get(property.group) ?? []);
      const companions = members.filter((other) => other !== property).map(say);
      return [say(property), ...companions.toSorted()].join(" | ");
    })
    .filter((line) => !line.startsWith(`${ANNIVERSARY_LABEL} | X-ABDATE`))
    .map((line) =>
      line.replace(/^X-ABDATE(.*) \| X-ABLABEL;:_\$!<Anniversary>!\$_$/, "ANNIVERSARY$1"),
    )
    .toSorted();
}

function say(property: CardProperty): string {
  // What is inline, in either way, shows in its first bytes what it is.
  const isInline = property.parameters.has("ENCODING") || INLINE.test(property.value);
  const parameters = [...property.parameters]
    .flatMap(([name, values]) => sayParameter(name, values))
    .filter((said) => !isInline || !/^TYPE=(?:jpeg|png|gif|webp)$/.test(said));
  return `${NAMES.get(property.name) ?? property.name};${parameters.toSorted().join(";")}:${sayValue(property)}`;
}

function sayParameter(name: string, values: readonly string[]): string[] {
  const said = values.filter((value) => name !== "TYPE" || value !== "");
  switch (name) {
    case "CHARSET":
    case "ENCODING":
      return [];
    case "VALUE":
      // The form of the value says it.
      return /^(?:uri|url|text|utc-offset|date|date-time|date-and-or-time)$/i.test(said[0] ?? "")
        ? []
        : [`VALUE=${said.join(",").toLowerCase()}`];
    case "TYPE":
      return said.map((value) => `TYPE=${value.toLowerCase()}`);
    default:
      return said.map((value) => `${name}=${value}`);
  }
}

function sayValue({ name, value }: CardProperty): string {
  if (DATES.has(name)) {
    const basic = value.replace(/(?<=[\d-])[-:](?=\d\d)(?!\d{4}$)/g, "").trim();
    return basic.replace(/T(\d{4})(?=[Z+-]|$)/, "T$100");
  }
  if (name === "TEL") return unescapeText(value).replace(/^tel:/i, "");
  return UNESCAPED.has(name) ? unescapeText(value) : value.replace(INLINE, "");
}
