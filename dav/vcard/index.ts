/** Reading, checking, searching and taking apart vCards; knows no XML and no HTTP. */
export { writeAccountCard } from "./account-card.ts";
export type { Account } from "./account-card.ts";
export { checkCard, parseCard } from "./card.ts";
export type { CardVersion } from "./card.ts";
export { CARD_COLLATIONS } from "./collation.ts";
export type { CardCollation } from "./collation.ts";
export { titleOfCard } from "./digest.ts";
export { CardError } from "./error.ts";
export { matchesCard } from "./filter.ts";
export type {
  CardFilter,
  CardParameterFilter,
  CardPropertyFilter,
  CardTextMatch,
} from "./filter.ts";
export { largestImage } from "./image-size.ts";
export { jcardOf } from "./jcard.ts";
export type { Jcard, JcardProperty, JcardValue } from "./jcard.ts";
export { textOfJcard } from "./jcard-read.ts";
export { nominate } from "./nominate.ts";
export { renderCard } from "./render.ts";
export { keysOf } from "./search-keys.ts";
export type { CardPropertySelection } from "./select.ts";
export { splitCards } from "./split.ts";
export { basicTime, TIMES } from "./time-form.ts";
export { defaultType } from "./value-types.ts";
