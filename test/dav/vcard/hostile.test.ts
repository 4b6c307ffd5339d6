import test from "ava";
import {
  CardError,
  checkCard,
  matchesCard,
  parseCard,
  splitCards,
} from "../../../dav/vcard/index.ts";
import { selectProperties } from "../../../dav/vcard/select.ts";
import { processorTime } from "../../support/processor.ts";

const MILLION = 1_000_000;
const wrap = (inside: string) => `BEGIN:VCARD\nVERSION:3.0\nUID:u\nFN:x\n${inside}\nEND:VCARD\n`;

const TEXTS: Record<string, string> = {
  "a million properties": wrap("A:1\n".repeat(MILLION)),
  "a million blank lines": wrap("\n".repeat(MILLION)),
  "a million folds": wrap(`NOTE:${"\n a".repeat(MILLION)}`),
  "a million soft line breaks": wrap(`NOTE;QUOTED-PRINTABLE:${"=\n".repeat(MILLION)}`),
  "soft line breaks after a long line without colon": wrap(
    `NOTE;${"A".repeat(MILLION)}${"\n=".repeat(MILLION)}`,
  ),
  "a million parameters": wrap(`TEL${";A=1".repeat(MILLION)}:1`),
  "a million parameter values": wrap(`TEL;TYPE=${"1,".repeat(MILLION)}:1`),
  "a million quotes": wrap(`TEL;A=${'"'.repeat(MILLION + 1)}:1`),
  "a million quoted blanks": wrap(`TEL;A=${'" '.repeat(MILLION)}x:1`),
  "a million carriage returns": wrap(`NOTE:${"\r".repeat(MILLION)}x`),
  "a million escapes": wrap(`N:${"\\;".repeat(MILLION)}`),
  "a million components": wrap(`N:${";".repeat(MILLION)}`),
  "a million blanks after END": `${wrap("")}${" ".repeat(MILLION)}x`,
  "fifty thousand BEGINs": "BEGIN:VCARD\n".repeat(MILLION / 20),
  "a long text that nearly matches": wrap(`NOTE:${"a".repeat(MILLION)}`),
};

const NEARLY = `${"a".repeat(50_000)}b${"a".repeat(50_000)}`;

function work(text: string): void {
  try {
    const card = parseCard(text);
    checkCard(card);
    selectProperties(card, [{ name: "NOTE", noValue: false }]);
    const match = { text: NEARLY, matchType: "contains", negate: false } as const;
    for (const name of ["NOTE", "N", "TEL"]) {
      const textMatch = { ...match, collation: "i;unicode-casemap" } as const;
      const parameters = [{ name: "TYPE", isNotDefined: false, textMatch }];
      const textMatches = [textMatch];
      const one = { name, test: "anyof", isNotDefined: false, textMatches, parameters } as const;
      matchesCard(card, { test: "allof", properties: [one] });
    }
  } catch (error) {
    if (!(error instanceof CardError)) throw error;
  }
  splitCards(text);
}

for (const [name, text] of Object.entries(TEXTS)) {
  test(`${name} take bounded time`, (t) => {
    const took = processorTime(() => work(text));
    t.log(`${Math.round(took)} ms`);
    t.true(took < 15_000, `${took} ms`);
  });
}
