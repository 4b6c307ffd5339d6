import type { Event } from "./forms.ts";
import type { CollectionReport, Item } from "./report.ts";

/** Characters that fit everywhere: Pushover takes 250 and 1024, ntfy 4096 octets. */
const MOST_IN_TITLE = 250;
const MOST_IN_TEXT = 1000;

/** Lines for people; there is room for a few on a phone. */
const MOST_LINES = 10;

const LABELS = { created: "New", modified: "Changed", deleted: "Removed" } as const;

/** An event in words: a title, and lines about the objects where those are told. */
export function readable({ type, collections }: Event): { title: string; text: string } {
  if (type === "test") return { title: "pushdav: a test", text: "This webhook works." };
  const lines = collections.flatMap(linesOf);
  const rest = lines.length - MOST_LINES;
  const shown = rest > 0 ? [...lines.slice(0, MOST_LINES), `and ${rest} more`] : lines;
  return {
    title: cut(titleOf(collections), MOST_IN_TITLE),
    text: cut(shown.join("\n"), MOST_IN_TEXT),
  };
}

function cut(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}

function titleOf(collections: readonly CollectionReport[]): string {
  const [only] = collections;
  const names = collections.map(({ title }) => title).join(", ");
  return collections.length === 1 && only?.removed ? `${names} was removed` : `${names} changed`;
}

function linesOf({ objects }: CollectionReport): string[] {
  if (!objects) return [];
  const { created, modified, deleted, items } = objects;
  const known = items.filter(({ title }) => title !== undefined);
  const untold = created + modified + deleted - items.length;
  return [
    ...known.map(lineOf),
    ...(deleted > 0 ? [`Removed: ${deleted}`] : []),
    ...(untold > 0 ? [`and ${untold} more`] : []),
  ];
}

function lineOf({ change, title, start, timezone, location }: Item): string {
  const when = start
    ?.replace("T", " ")
    .replace(/:00(?=Z?$)/, "")
    .replace(/Z$/, " UTC");
  const parts = [
    title || "(no title)",
    when && [when, timezone].filter(Boolean).join(" "),
    location,
  ];
  return `${LABELS[change]}: ${parts.filter(Boolean).join(", ")}`;
}
