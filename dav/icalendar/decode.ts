const UTF_8 = new TextDecoder("utf-8", { fatal: true });
const UTF_16_LE = new TextDecoder("utf-16le");
const UTF_16_BE = new TextDecoder("utf-16be");
const WINDOWS_1252 = new TextDecoder("windows-1252");

/**
 * The text of iCalendar bytes: UTF-8 (RFC 5545 section 3.1.4), or UTF-16 with its byte order mark,
 * or, when it is neither, Windows-1252, of which ISO-8859-1 is a part. Never throws.
 */
export function decodeCalendar(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return UTF_16_LE.decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return UTF_16_BE.decode(bytes);
  try {
    return UTF_8.decode(bytes);
  } catch {
    return WINDOWS_1252.decode(bytes);
  }
}
