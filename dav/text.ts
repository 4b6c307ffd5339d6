import { isUtf8 } from "node:buffer";

export interface DecodedText {
  readonly text: string;
  readonly charset: "utf-8" | "windows-1252";
}

const utf8 = new TextDecoder("utf-8");
const windows1252 = new TextDecoder("windows-1252");

/**
 * Reads stored bytes as text. COMPAT(old Windows and Nokia exports): what is not UTF-8 is taken as
 * Windows-1252, a superset of the Latin-1 such files are in (sabre/vobject MimeDir.php). A byte
 * order mark is dropped.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  return isUtf8(bytes)
    ? { text: utf8.decode(bytes), charset: "utf-8" }
    : { text: windows1252.decode(bytes), charset: "windows-1252" };
}
