import { firstOf, valuesOf, withParameters } from "./draft.ts";
import type { PropertyDraft } from "./write.ts";

const ENCODINGS = new Set(["7BIT", "8BIT", "BASE64", "B", "QUOTED-PRINTABLE"]);

/**
 * Takes what is left of vCard 2.1 off a property: ENCODING=QUOTED-PRINTABLE and CHARSET, which
 * neither 3.0 nor 4.0 has though clients write them there, ENCODING=BASE64 for `b`, and encodings
 * without their parameter's name, which were read as TYPE.
 */
export function plainEncoding(property: PropertyDraft): PropertyDraft {
  const types = valuesOf(property, "TYPE");
  const bare = types.filter((type) => isBareEncoding(type));
  const encoding = (firstOf(property, "ENCODING") || bare[0]?.toLowerCase()) ?? "";
  if (encoding === "" && !property.parameters.has("CHARSET")) return property;
  const plain = withParameters(property, {
    ENCODING: encoding === "b" || encoding === "base64" ? ["b"] : [],
    CHARSET: [],
    ...(bare.length > 0 ? { TYPE: types.filter((type) => !isBareEncoding(type)) } : {}),
  });
  if (encoding !== "quoted-printable") return plain;
  return { ...plain, value: decodeQuotedPrintable(property.value, firstOf(property, "CHARSET")) };
}

/** `B` alone is no bare encoding: 2.1 has no such short form. */
function isBareEncoding(type: string): boolean {
  return ENCODINGS.has(type.toUpperCase()) && type.length > 1;
}

/** Line breaks become `\n`; escapes that the text has already stay. */
function decodeQuotedPrintable(value: string, charset: string): string {
  const bytes = Buffer.from(
    value.replace(/=([0-9A-F]{2})|[^]/gi, (all, hex: string | undefined) =>
      hex === undefined ? encodeBytes(all) : String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    "latin1",
  );
  return decode(bytes, charset).replace(/\r\n|\r|\n/g, "\\n");
}

/** Characters that should have been encoded but were not, as the bytes of UTF-8. */
function encodeBytes(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function decode(bytes: Uint8Array, charset: string): string {
  try {
    return new TextDecoder(charset || "utf-8").decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
