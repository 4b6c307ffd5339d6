import type { Card } from "./card.ts";
import { contains } from "./contains.ts";
import { collate } from "./collation.ts";
import type { CardCollation } from "./collation.ts";
import { splitPropertyName, splitValue, unescapeText } from "./property.ts";
import type { CardProperty } from "./property.ts";

export type CardMatchType = "equals" | "contains" | "starts-with" | "ends-with";
export type CardTest = "anyof" | "allof";

/** RFC 6352 section 10.5. Without properties every card matches. */
export interface CardFilter {
  readonly test: CardTest;
  readonly properties: readonly CardPropertyFilter[];
}

/** RFC 6352 section 10.5.1. Without conditions a card matches that has the property. */
export interface CardPropertyFilter {
  /** With a group before a dot, only properties of that group are meant. */
  readonly name: string;
  readonly test: CardTest;
  readonly isNotDefined: boolean;
  readonly textMatches: readonly CardTextMatch[];
  readonly parameters: readonly CardParameterFilter[];
}

/** RFC 6352 section 10.5.2. Without a text a property matches that has the parameter. */
export interface CardParameterFilter {
  readonly name: string;
  readonly isNotDefined: boolean;
  readonly textMatch: CardTextMatch | null;
}

/** RFC 6352 section 10.5.4. */
export interface CardTextMatch {
  readonly text: string;
  readonly collation: CardCollation;
  readonly matchType: CardMatchType;
  readonly negate: boolean;
}

const MATCHES: Record<CardMatchType, (text: string, wanted: string) => boolean> = {
  equals: (text, wanted) => text === wanted,
  contains,
  "starts-with": (text, wanted) => text.startsWith(wanted),
  "ends-with": (text, wanted) => text.endsWith(wanted),
};

type Condition = (property: CardProperty) => boolean;

/** Properties that hold several texts, told apart by commas or semicolons. */
const COMPOUND = new Set(["ADR", "CATEGORIES", "GENDER", "N", "NICKNAME", "ORG"]);

/** Whether a card matches the filter of an addressbook-query (RFC 6352 section 8.6). */
export function matchesCard(card: Card, filter: CardFilter): boolean {
  if (filter.properties.length === 0) return true;
  return every(filter.test, filter.properties, (property) => matchesProperty(card, property));
}

// The card matches if any one instance does, and with allof that instance must meet every
// condition: RFC 6352 is not clear here, and this is what clients expect (D56).
function matchesProperty(card: Card, filter: CardPropertyFilter): boolean {
  const { group, name } = splitPropertyName(filter.name);
  const instances = card.properties.filter(
    (property) => property.name === name && (group === null || property.group === group),
  );
  if (filter.isNotDefined) return instances.length === 0;
  const conditions = [
    ...filter.textMatches.map(valueCondition),
    ...filter.parameters.map((parameter) => parameterCondition(instances, parameter)),
  ];
  if (conditions.length === 0) return instances.length > 0;
  return instances.some((property) => every(filter.test, conditions, (meets) => meets(property)));
}

function valueCondition(match: CardTextMatch): Condition {
  const matches = textMatcher(match);
  return (property) => texts(property).some(matches) !== match.negate;
}

/** A parameter is not defined only when no instance of the property has it (D58). */
function parameterCondition(
  instances: readonly CardProperty[],
  filter: CardParameterFilter,
): Condition {
  const name = filter.name.toUpperCase();
  const match = filter.textMatch;
  if (filter.isNotDefined) {
    const nowhere = instances.every((instance) => !instance.parameters.has(name));
    return () => nowhere;
  }
  if (!match) return (property) => property.parameters.has(name);
  const matches = textMatcher(match);
  return (property) =>
    (property.parameters.get(name) ?? []).some((value) => matches(value) !== match.negate);
}

/** The value as one text and, where it holds several, each of them. */
function texts(property: CardProperty): string[] {
  const whole = [unescapeText(property.value)];
  if (!COMPOUND.has(property.name)) return whole;
  return [...whole, ...splitValue(property.value, /[;,]/).map(unescapeText)];
}

function textMatcher(match: CardTextMatch): (text: string) => boolean {
  const wanted = collate(match.collation, match.text);
  return (text) => MATCHES[match.matchType](collate(match.collation, text), wanted);
}

function every<T>(test: CardTest, items: readonly T[], meets: (item: T) => boolean): boolean {
  return test === "allof" ? items.every(meets) : items.some(meets);
}
