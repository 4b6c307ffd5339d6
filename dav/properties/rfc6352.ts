import { CARD_FORMATS, formatFor } from "../card-format.ts";
import { formatPath } from "../paths.ts";
import { CARD_COLLATIONS } from "../vcard/index.ts";
import { el, href } from "../xml/element.ts";
import { carddav } from "../xml/names.ts";
import { ADDRESS_DATA } from "./address-data.ts";
import { property } from "./property.ts";

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
    name: carddav("addressbook-description"),
    on: ["addressbook"],
    settable: "always",
    get: () => null,
  }),
  property({
    name: carddav("supported-address-data"),
    on: ["addressbook"],
    get: (_resource, { userAgent }) =>
      CARD_FORMATS.filter((format) => formatFor(format, userAgent) === format).map(
        ({ type, version }) =>
          el(carddav("address-data-type"), [], { "content-type": type, version }),
      ),
  }),
  property({
    name: carddav("supported-collation-set"),
    on: ["addressbook"],
    get: () => CARD_COLLATIONS.map((name) => el(carddav("supported-collation"), [name])),
  }),
  property({
    name: carddav("max-resource-size"),
    on: ["addressbook"],
    get: (_resource, { limits }) => [String(limits.maxResourceSize)],
  }),
  ADDRESS_DATA,
];
