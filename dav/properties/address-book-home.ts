import { DavError } from "../errors.ts";
import { parseHref, type Path } from "../paths.ts";
import { child, elements, text, type Element } from "../xml/element.ts";
import { carddav, cs, dav } from "../xml/names.ts";
import { property, type PropertyContext } from "./property.ts";

/** CARDDAV:default-addressbook-URL of Apple's server: the address book that is listed first. */
export const DEFAULT_ADDRESSBOOK = carddav("default-addressbook-URL");

/** What Apple's clients keep on the address book home, each an href of something in it (Q89). */
export const ADDRESSBOOK_HOME = [
  property({
    name: DEFAULT_ADDRESSBOOK,
    on: ["addressbook-home"],
    settable: "always",
    get: () => null,
    check: (value, context) => checkTarget(value, ["collection"], context),
  }),
  property({
    // CS:me-card, the card of the user.
    name: cs("me-card"),
    on: ["addressbook-home"],
    settable: "always",
    get: () => null,
    check: (value, context) => checkTarget(value, ["object"], context),
  }),
];

/**
 * Refuses a value that is no href of what is of one of these kinds and in an address book home, or in the directory.
 * An empty value is one that says nothing; macOS clears a property so.
 */
export function checkTarget(
  value: Element,
  kinds: readonly Path["kind"][],
  { hosts }: PropertyContext,
): void {
  const target = child(value, dav("href"));
  if (elements(value).length === 0 && text(value).trim() === "") return;
  const path = target === undefined ? null : parseHref(text(target), hosts);
  const isCard = path !== null && (!("home" in path) || path.home === "addressbooks");
  if (!isCard || !kinds.includes(path.kind))
    throw new DavError(409, "the property holds the href of what is in an address book home");
}
