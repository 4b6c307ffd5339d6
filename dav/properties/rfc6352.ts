import { CARD_FORMATS, formatFor } from "../card-format.ts";
import { formatPath } from "../paths.ts";
import { CARD_COLLATIONS } from "../vcard/index.ts";
import { el, href } from "../xml/element.ts";
import { carddav } from "../xml/names.ts";
import { checkTarget } from "./address-book-home.ts";
import { ADDRESS_DATA } from "./address-data.ts";
import { ADDRESS_BOOKS, property } from "./property.ts";

/** The properties of RFC 6352 sections 6.2, 7.1 and 10.4. */
export const RFC6352 = [
  property({
    name: carddav("addressbook-home-set"),
    on: ["principal"],
    get: ({ principal }) => [
      href(formatPath({ kind: "home", home: "addressbooks", owner: principal.name })),
    ],
  }),
  property({
    // The card of the user: the one that they name, or else that of the directory (section 7.1.2).
    name: carddav("principal-address"),
    on: ["principal"],
    settable: "always",
    get: ({ principal }, { directory }) =>
      directory ? [href(formatPath({ kind: "directory-card", account: principal.name }))] : null,
    check: (value, context) => checkTarget(value, ["object", "directory-card"], context),
  }),
  property({
    // draft-daboo-carddav-directory-gateway-02. COMPAT(macOS): Contacts asks the principal.
    name: carddav("directory-gateway"),
    on: ["principal", "addressbook-home"],
    get: (_resource, { directory }) =>
      directory ? [href(formatPath({ kind: "directory" }))] : null,
  }),
  property({
    name: carddav("addressbook-description"),
    on: ["addressbook"],
    settable: "always",
    get: () => null,
  }),
  property({
    name: carddav("supported-address-data"),
    on: ADDRESS_BOOKS,
    get: (_resource, { userAgent }) =>
      CARD_FORMATS.filter((format) => formatFor(format, userAgent) === format).map(
        ({ type, version }) =>
          el(carddav("address-data-type"), [], { "content-type": type, version }),
      ),
  }),
  property({
    name: carddav("supported-collation-set"),
    on: ADDRESS_BOOKS,
    get: () => CARD_COLLATIONS.map((name) => el(carddav("supported-collation"), [name])),
  }),
  property({
    name: carddav("max-resource-size"),
    on: ["addressbook"],
    get: (_resource, { limits }) => [String(limits.maxResourceSize)],
  }),
  property({
    // Of drafts of the RFC. COMPAT(iOS): it makes pictures smaller than this (Q36, Q89).
    name: carddav("max-image-size"),
    on: ["addressbook"],
    get: (_resource, { limits }) => [String(limits.maxImageSize)],
  }),
  ADDRESS_DATA,
];
