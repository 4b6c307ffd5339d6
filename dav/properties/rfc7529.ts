import { el } from "../xml/element.ts";
import { caldav } from "../xml/names.ts";
import { property } from "./property.ts";

/** Recurrence in other calendars (RFC 7529 section 8): there is none, but SKIP is understood. */
export const RFC7529 = [
  property({
    name: caldav("supported-rscale-set"),
    on: ["calendar"],
    get: () => [el(caldav("supported-rscale"), ["GREGORIAN"])],
  }),
];
