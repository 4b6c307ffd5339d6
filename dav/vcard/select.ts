import type { Card } from "./card.ts";
import { splitPropertyName } from "./property.ts";
import type { CardProperty } from "./property.ts";

/** A property that address-data asks for, RFC 6352 section 10.4.2. */
export interface CardPropertySelection {
  /** With a group before a dot, only properties of that group are meant. */
  readonly name: string;
  /** Whether to leave out what follows the colon. */
  readonly noValue: boolean;
}

/**
 * The text of a card with only the selected properties, and VERSION, as stored.
 */
export function selectProperties(card: Card, selections: readonly CardPropertySelection[]): string {
  const wanted = selections.map(({ name, noValue }) => ({ ...splitPropertyName(name), noValue }));
  const selected = card.properties.flatMap((property) => {
    const found = wanted.filter(
      ({ group, name }) => property.name === name && (group === null || property.group === group),
    );
    if (property.name === "VERSION" || found.some(({ noValue }) => !noValue)) {
      return [stored(card, property)];
    }
    return found.length > 0 ? [withoutValue(property)] : [];
  });
  return `BEGIN:VCARD\r\n${selected.join("")}END:VCARD\r\n`;
}

function stored(card: Card, { line }: CardProperty): string {
  let stop = line.end;
  while (stop > line.start && "\r\n".includes(card.text.charAt(stop - 1))) stop -= 1;
  return `${card.text.slice(line.start, stop)}\r\n`;
}

function withoutValue(property: CardProperty): string {
  const { text } = property.line;
  return `${text.slice(0, text.length - property.value.length)}\r\n`;
}
