/** Reading, checking, searching and taking apart vCards; knows no XML and no HTTP. */
export { checkCard, decodeCard, parseCard } from "./card.ts";
export type { Card, CardVersion, CheckedCard } from "./card.ts";
export { CARD_COLLATIONS } from "./collation.ts";
export type { CardCollation } from "./collation.ts";
export { CardError } from "./error.ts";
export { matchesCard } from "./filter.ts";
export type {
  CardFilter,
  CardMatchType,
  CardParameterFilter,
  CardPropertyFilter,
  CardTest,
  CardTextMatch,
} from "./filter.ts";
export { selectProperties } from "./select.ts";
export type { CardPropertySelection } from "./select.ts";
export { splitCards } from "./split.ts";
export type { SplitCard, SplitError } from "./split.ts";
