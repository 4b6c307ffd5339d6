import { isUtf8 } from "node:buffer";

type Charset = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

export interface DecodedText {
  readonly text: string;
  readonly charset: Charset;
}

/**
 * Reads stored bytes as text: UTF-8, or UTF-16 with its byte order mark, which is dropped.
 * COMPAT(old Windows and Nokia exports): what is neither is taken as Windows-1252, a superset of the
 * Latin-1 such files are in (sabre/vobject MimeDir.php).
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const charset = charsetOf(bytes);
  return { text: new TextDecoder(charset).decode(bytes), charset };
}

function charsetOf(bytes: Uint8Array): Charset {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return isUtf8(bytes) ? "utf-8" : "windows-1252";
}
