import { formatPath } from "../paths.ts";
import { decodeText } from "../text.ts";
import { CARD_COLLATIONS } from "../vcard/index.ts";
import { el, href } from "../xml/element.ts";
import { carddav } from "../xml/names.ts";
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
    // 4.0 is taken as well, but not asked for: cards are served in the version they came in, and
    // Apple's clients read only 3.0.
    get: () => [
      el(carddav("address-data-type"), [], { "content-type": "text/vcard", version: "3.0" }),
    ],
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
  property({
    // Only in answers of reports: PROPFIND reads no data.
    name: carddav("address-data"),
    on: ["addressbook-object"],
    needs: "data",
    get: ({ object }) => (object.data === undefined ? null : [decodeText(object.data).text]),
  }),
];
