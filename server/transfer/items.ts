import { objectsOfFile, type ValidObject } from "../../dav/index.ts";
import type { CollectionKind, HomeKind } from "../../dav/store.ts";
import { decodeText } from "../../dav/text.ts";
import type { Source } from "./sources.ts";

/** An object to store, with where it comes from. */
export interface Item {
  readonly source: string;
  readonly home: HomeKind;
  readonly valid: ValidObject;
}

/** What is not imported. */
export interface Refusal {
  readonly source: string;
  /** Which object of the file; empty for the file as a whole. */
  readonly object: string;
  readonly reason: string;
}

export interface ItemOptions {
  /** Largest object, in bytes. */
  readonly maxResourceSize: number;
  /** The time around which recurrences are indexed. */
  readonly now: Date;
}

const KINDS: readonly {
  readonly home: HomeKind;
  readonly kind: CollectionKind;
  readonly begins: RegExp;
}[] = [
  { home: "calendars", kind: "calendar", begins: /^\s*BEGIN:VCALENDAR/i },
  { home: "addressbooks", kind: "addressbook", begins: /^\s*BEGIN:VCARD/i },
];

/** Takes a file apart into objects that can be stored; which kind they are its first line says. */
export function* readItems(source: Source, options: ItemOptions): Generator<Item | Refusal> {
  const refuse = (object: string, reason: string) => ({ source: source.name, object, reason });
  if ("refusal" in source) return yield refuse("", source.refusal);
  const beginning = decodeText(source.bytes).text.slice(0, 1000);
  const found = KINDS.find(({ begins }) => begins.test(beginning));
  if (!found) return yield refuse("", "it begins neither as a calendar nor as a contact");
  let isEmpty = true;
  for (const object of objectsOfFile(found.kind, source.bytes, options)) {
    isEmpty = false;
    if ("error" in object) yield refuse(object.label, object.error.message);
    else yield { source: source.name, home: found.home, valid: object.valid };
  }
  if (isEmpty) yield refuse("", "there is nothing in it");
}
