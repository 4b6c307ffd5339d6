import test from "ava";
import { parseCard } from "../../../dav/vcard/index.ts";
import { selectProperties } from "../../../dav/vcard/select.ts";

const CARD = parseCard(
  [
    "BEGIN:VCARD",
    "VERSION:3.0",
    "UID:u",
    "FN:Ann",
    "item1.EMAIL;TYPE=HOME:a@b",
    "EMAIL:c@d",
    "NOTE:folded",
    "  text ",
    "END:VCARD",
  ].join("\n"),
);
const select = (...names: string[]) =>
  selectProperties(
    CARD,
    names.map((name) => ({ name: name.replace("!", ""), noValue: name.startsWith("!") })),
  )
    .split("\r\n")
    .slice(2, -2);

test("the named properties and VERSION are returned as stored (D59)", (t) => {
  t.deepEqual(selectProperties(CARD, []).split("\r\n"), [
    "BEGIN:VCARD",
    "VERSION:3.0",
    "END:VCARD",
    "",
  ]);
  t.deepEqual(select("uid", "Fn"), ["UID:u", "FN:Ann"]);
  t.deepEqual(select("NOTE"), ["NOTE:folded\n  text "]);
  t.deepEqual(select("VERSION", "TITLE"), []);
});

test("a name without group means every group, one with a group only that", (t) => {
  t.deepEqual(select("EMAIL"), ["item1.EMAIL;TYPE=HOME:a@b", "EMAIL:c@d"]);
  t.deepEqual(select("ITEM1.EMAIL"), ["item1.EMAIL;TYPE=HOME:a@b"]);
});

test("novalue leaves out what follows the colon", (t) => {
  t.deepEqual(select("!item1.EMAIL"), ["item1.EMAIL;TYPE=HOME:"]);
  t.deepEqual(select("!EMAIL", "EMAIL"), ["item1.EMAIL;TYPE=HOME:a@b", "EMAIL:c@d"]);
});
