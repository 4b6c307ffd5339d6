import { activeLock, covers, lockEntry, lockPlaceOf } from "../locks.ts";
import { pathOf } from "../resource.ts";
import { el } from "../xml/element.ts";
import { dav } from "../xml/names.ts";
import { LOCKABLE, property } from "./property.ts";

/** Locks as properties (RFC 4918 sections 15.8 and 15.10). */
export const RFC4918_LOCKS = [
  property({
    name: dav("lockdiscovery"),
    on: LOCKABLE,
    allprop: true,
    needs: "locks",
    get: (resource, { locks, now }) => {
      const place = lockPlaceOf(pathOf(resource));
      if (locks === undefined || place === null) return null;
      return locks.filter((lock) => covers(lock, place)).map((lock) => activeLock(lock, now));
    },
  }),
  property({
    name: dav("supportedlock"),
    on: LOCKABLE,
    allprop: true,
    get: () => [true, false].map((exclusive) => el(dav("lockentry"), lockEntry(exclusive))),
  }),
];
