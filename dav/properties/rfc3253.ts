import { el } from "../xml/element.ts";
import { dav } from "../xml/names.ts";
import { EVERYWHERE, property } from "./property.ts";

/** What a resource can do (RFC 3253 section 3.1), derived from the tables of methods, reports and properties. */
export const RFC3253 = [
  property({
    name: dav("supported-report-set"),
    on: EVERYWHERE,
    get: (resource, { capabilities }) =>
      capabilities
        .reportsOn(resource.kind)
        .map((name) => el(dav("supported-report"), [el(dav("report"), [el(name)])])),
  }),
  property({
    name: dav("supported-method-set"),
    on: EVERYWHERE,
    get: (resource, { capabilities }) =>
      capabilities
        .methodsOn(resource.kind)
        .map((name) => el(dav("supported-method"), [], { name })),
  }),
  property({
    name: dav("supported-live-property-set"),
    on: EVERYWHERE,
    get: (resource, { capabilities }) =>
      capabilities
        .propertiesOn(resource.kind)
        .map((name) => el(dav("supported-live-property"), [el(dav("prop"), [el(name)])])),
  }),
];
