import type { CollectionRow, HomeKind } from "../../dav/store.ts";
import { titleOf } from "../../dav/title.ts";
import { Failure } from "../failure.ts";

/** The collections that were named, by the last segment of their URL or by what people call them. */
export type Named = Readonly<Partial<Record<HomeKind, string>>>;

/** Where objects go that have no named collection: those every account is made with. */
const DEFAULTS: Readonly<Record<string, string>> = {
  VEVENT: "calendar",
  VTODO: "tasks",
  VCARD: "addressbook",
};

/**
 * The collection with a name.
 *
 * @throws Failure if there is none or more than one
 */
export function findNamed(collections: readonly CollectionRow[], name: string): CollectionRow {
  const exact = collections.find((collection) => collection.name === name);
  if (exact) return exact;
  const wanted = name.toLowerCase();
  const [found, second] = collections.filter((c) => titleOf(c).toLowerCase() === wanted);
  if (found && !second) return found;
  const names = collections.map((c) => `${c.name} (${titleOf(c)})`).join(", ");
  throw new Failure(
    `${found ? "more than one is" : "nothing is"} called "${name}"; there are ${names}`,
  );
}

/**
 * The collection for an object of this component: the named one, or else the one of a new account, or
 * else the first that takes such objects.
 *
 * @returns why there is none, if so
 */
export function chooseTarget(
  collections: readonly CollectionRow[],
  component: string,
  name: string | undefined,
): CollectionRow | string {
  const takes = ({ kind, components, subscribed }: CollectionRow) =>
    kind === "addressbook" || (components.includes(component) && !subscribed);
  if (name !== undefined) {
    const named = findNamed(collections, name);
    if (named.subscribed)
      return `${titleOf(named)} is subscribed to: its feed alone says what is in it`;
    return takes(named) ? named : `${titleOf(named)} takes ${named.components.join(", ")} only`;
  }
  const usual = collections.find((c) => c.name === DEFAULTS[component]);
  if (usual && takes(usual)) return usual;
  return collections.find(takes) ?? `there is no collection that takes ${component}`;
}
