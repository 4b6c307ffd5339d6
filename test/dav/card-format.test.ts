import test from "ava";
import { acceptedCardFormat, readCardFormat } from "../../dav/card-format.ts";
import { DavError } from "../../dav/errors.ts";

const ACCEPTED: readonly (readonly [accept: string | undefined, version: "3.0" | "4.0"])[] = [
  [undefined, "3.0"],
  ["", "3.0"],
  ["*/*", "3.0"],
  ["text/vcard", "3.0"],
  ["text/vcard;version=4.0", "4.0"],
  ['text/vcard; version="4.0"', "4.0"],
  ["TEXT/VCARD;Version=4.0", "4.0"],
  ["text/vcard;version=4.0, */*;q=0.5", "4.0"],
  ["text/vcard;version=4.0, */*", "4.0"],
  ["text/vcard;version=4.0;q=0.2, text/vcard;version=3.0", "3.0"],
  ["text/vcard;version=4.0, text/vcard;version=3.0;q=0.8", "4.0"],
  ["text/vcard;version=4.0, text/vcard;q=0.8", "4.0"],
  ["text/vcard;version=3.0;q=0, text/vcard", "4.0"],
  ["text/x-vcard", "3.0"],
  ["text/directory, text/*;q=0.1", "3.0"],
  ["text/html", "3.0"],
  ["application/xml, text/vcard;q=nonsense", "3.0"],
];

test("the version of a GET is the one that Accept prefers, 3.0 if it does not say", (t) => {
  for (const [accept, version] of ACCEPTED)
    t.is(acceptedCardFormat(accept).version, version, accept);
});

test("jCard and xCard are served to who names them", (t) => {
  for (const [accept, type] of [
    ["application/vcard+json", "application/vcard+json"],
    ["application/vcard+xml; version=4.0, */*;q=0.1", "application/vcard+xml"],
    ["application/vcard+json;q=0.5, text/vcard", "text/vcard"],
    ["application/*", "application/vcard+json"],
    ["application/vcard+json;q=0, application/vcard+xml;q=0.1", "application/vcard+xml"],
  ] as const) {
    t.is(acceptedCardFormat(accept).type, type, accept);
  }
  t.is(readCardFormat("application/vcard+json", undefined).version, "4.0");
  t.is(readCardFormat("application/vcard+xml", "4.0").type, "application/vcard+xml");
});

test("an Accept of other versions only is refused", (t) => {
  const error = t.throws(() => acceptedCardFormat("text/vcard;version=2.1"), {
    instanceOf: DavError,
  });
  t.is(error.status, 406);
  t.is(error.condition, "supported-address-data-conversion");
});

test("address-data names its media type and version, 3.0 if it does not", (t) => {
  t.is(readCardFormat(undefined, undefined).version, "3.0");
  t.is(readCardFormat("text/vcard", "4.0").version, "4.0");
  t.is(readCardFormat("Text/vCard; charset=utf-8", " 4.0 ").version, "4.0");
  t.is(readCardFormat("text/x-vcard", undefined).version, "3.0");
  for (const [type, version] of [
    ["text/vcard", "2.1"],
    ["text/calendar", undefined],
    ["text/x-vcard", "4.0"],
    ["application/vcard+json", "3.0"],
    ["constructor", undefined],
  ] as const) {
    t.throws(() => readCardFormat(type, version), { instanceOf: DavError });
  }
});
