import test from "ava";
import { decodeText } from "../../dav/text.ts";

test("bytes are read as UTF-8, without a byte order mark", (t) => {
  t.deepEqual(decodeText(Buffer.from("\uFEFFCafé")), { text: "Café", charset: "utf-8" });
});

test("what is not UTF-8 is read as Windows-1252", (t) => {
  t.deepEqual(decodeText(Buffer.from([0x43, 0x61, 0x66, 0xe9, 0x80])), {
    text: "Café€",
    charset: "windows-1252",
  });
});

test("UTF-16 is told by its byte order mark", (t) => {
  const text = Buffer.from("\uFEFFCafé", "utf16le");
  t.deepEqual(decodeText(text), { text: "Café", charset: "utf-16le" });
  t.deepEqual(decodeText(Buffer.from(text).swap16()), { text: "Café", charset: "utf-16be" });
});
