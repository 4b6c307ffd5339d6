import test from "ava";
import { parseCard, splitCards } from "../../../dav/vcard/index.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const write = (...lines: string[]) =>
  ["BEGIN:VCARD", "VERSION:3.0", "FN:Ann", ...lines, "END:VCARD", ""].join("\r\n");
const good = (uid: string) => `BEGIN:VCARD\nVERSION:3.0\nUID:${uid}\nFN:x\nEND:VCARD\n`;

test("cards with UID are returned as they are in the file", (t) => {
  const one = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:x\r\n y \r\nEND:VCARD\r\n";
  const two = "begin:vcard\nversion:4.0\nuid:2\nfn:ä\nend:vcard";
  t.deepEqual(splitCards(`\uFEFF\r\n${one}\r\n\r\n${two}`), {
    cards: [
      { uid: "1", text: one },
      { uid: "2", text: two },
    ],
    errors: [],
  });
});

test("a card without UID gets one from its content, whatever PRODID, REV and the folding say", (t) => {
  const uids = [
    write("NOTE:a"),
    write("NOTE:a", "REV:1", "PRODID:x"),
    write("NOTE:\r\n a").replaceAll("\r\n", "\n"),
    write("NOTE:b"),
  ].map((text) => splitCards(text).cards[0]?.uid ?? "");
  for (const uid of uids) t.regex(uid, UUID);
  t.is(new Set(uids).size, 2);
  const [card] = splitCards(write("NOTE:a")).cards;
  t.is(card?.text, write("NOTE:a", `UID:${card?.uid}`));
  t.deepEqual(splitCards(card?.text ?? "").cards, card && [card]);
  t.is(parseCard(card?.text ?? "").properties.length, 4);
});

test("a card that cannot be stored is reported by its number, and the others are taken", (t) => {
  const old = "BEGIN:VCARD\nVERSION:2.1\nN:x\nEND:VCARD\n";
  const open = "BEGIN:VCARD\nVERSION:3.0\nFN:x\n";
  const { cards, errors } = splitCards(good("a") + old + open + good("b") + open);
  t.deepEqual(
    cards.map(({ uid }) => uid),
    ["a", "b"],
  );
  t.deepEqual(
    errors.map(({ card, error }) => [card, error.condition]),
    [
      [2, "supported-address-data"],
      [3, "valid-address-data"],
      [5, "valid-address-data"],
    ],
  );
  t.deepEqual(splitCards("no card at all"), { cards: [], errors: [] });
});
