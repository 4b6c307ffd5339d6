import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { decodeText } from "../../../dav/text.ts";
import { CardError, checkCard, parseCard, splitCards } from "../../../dav/vcard/index.ts";
import { CORPUS_VCF } from "../../data/corpus-vcf.ts";
import { corpusFolder } from "../../support/corpus.ts";

const FOLDER = corpusFolder("vcf");
const read = (file: string) => decodeText(readFileSync(join(FOLDER, file))).text;

function verdict(text: string): string {
  try {
    checkCard(parseCard(text));
    return "accepted";
  } catch (error) {
    if (error instanceof CardError) return error.condition;
    throw error;
  }
}

if (existsSync(FOLDER)) {
  test("the list names every .vcf of the corpus and no other", (t) => {
    const files = readdirSync(FOLDER).filter((file) => file.endsWith(".vcf"));
    t.deepEqual(CORPUS_VCF.map(({ file }) => file).toSorted(), files.toSorted());
  });

  test("every file of the corpus is accepted or gets the right precondition", (t) => {
    for (const { file, put } of CORPUS_VCF) t.is(verdict(read(file)), put, file);
  });

  test("an import takes every card that can be stored, and the same ones again", (t) => {
    for (const { file, imported, refused } of CORPUS_VCF) {
      const { cards, errors } = splitCards(read(file));
      t.is(cards.length, imported, file);
      t.is(errors.length, refused, file);
      for (const card of cards) t.is(verdict(card.text), "accepted", file);
      t.deepEqual(splitCards(cards.map((card) => card.text).join("")).cards, cards, file);
    }
  });
} else {
  test("the corpus is read", (t) => {
    t.log(`skipped: there is no folder ${FOLDER}`);
    t.pass();
  });
}
