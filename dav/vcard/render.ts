import { parseCard, type CardVersion } from "./card.ts";
import { convertCard } from "./convert.ts";
import { selectProperties, type CardPropertySelection } from "./select.ts";

/**
 * A stored card as it is asked for: the stored text itself where that has the version and all of it
 * is wanted.
 *
 * @param selection the properties that are wanted, named as the version names them; null for all
 */
export function renderCard(
  text: string,
  version: CardVersion,
  selection: readonly CardPropertySelection[] | null,
): string {
  if (selection === null && looksLike(version, text)) return text;
  const stored = parseCard(text);
  const card = stored.version === version ? stored : parseCard(convertCard(stored, version));
  return selection === null ? card.text : selectProperties(card, selection);
}

/** Whether text is surely of a version, without parsing it: most cards are served as they are stored. */
function looksLike(version: CardVersion, text: string): boolean {
  const line = /^VERSION(?:;[^:\r\n]*)?:([^\r\n]*)/im.exec(text);
  return line?.[1]?.trim() === version;
}
