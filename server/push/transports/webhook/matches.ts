import {
  matchesCalendar,
  parseCalendar,
  type ComponentFilter,
  type PropertyFilter,
} from "../../../../dav/icalendar/index.ts";
import { decodeText } from "../../../../dav/text.ts";
import { matchesCard, parseCard, type CardPropertyFilter } from "../../../../dav/vcard/index.ts";
import type { WebhookFilter } from "./wish.ts";

const HOUR = 3600;

/** Whether the text of an object passes what the filter says of its inside. Nothing unreadable does. */
export function matchesInside(
  data: Buffer,
  component: string,
  filter: WebhookFilter,
  now: Date,
): boolean {
  const { text } = decodeText(data);
  try {
    return component === "VCARD"
      ? matchesCardText(text, filter)
      : matchesCalendarText(text, component, filter, now);
  } catch {
    return false;
  }
}

function matchesCardText(text: string, filter: WebhookFilter): boolean {
  if (filter.withinHours !== undefined) return false;
  const card = parseCard(text);
  const conditions = [
    cardProperty("FN", filter.text),
    cardProperty("CATEGORIES", filter.categories),
  ];
  const properties = conditions.filter((condition) => condition !== null);
  return matchesCard(card, { test: "allof", properties });
}

/** That a property contains one of some texts. */
function cardProperty(
  name: string,
  texts: string | readonly string[] | undefined,
): CardPropertyFilter | null {
  if (texts === undefined) return null;
  const textMatches = [texts].flat().map((text) => ({
    text,
    collation: "i;unicode-casemap" as const,
    matchType: "contains" as const,
    negate: false,
  }));
  return { name, test: "anyof", isNotDefined: false, textMatches, parameters: [] };
}

function matchesCalendarText(
  text: string,
  component: string,
  filter: WebhookFilter,
  now: Date,
): boolean {
  const calendar = parseCalendar(text);
  const categories = filter.categories ?? [undefined];
  return categories.some((category) =>
    matchesCalendar(calendar, calendarFilter(component, category, filter, now), null),
  );
}

/** The CALDAV:filter that says the same. */
function calendarFilter(
  component: string,
  category: string | undefined,
  { text, withinHours }: WebhookFilter,
  now: Date,
): ComponentFilter {
  const start = Math.floor(now.getTime() / 1000);
  const any = { isNotDefined: false, timeRange: null, properties: [], components: [] };
  const properties = [calendarProperty("SUMMARY", text), calendarProperty("CATEGORIES", category)];
  const inner = {
    ...any,
    name: component,
    timeRange: withinHours === undefined ? null : { start, end: start + withinHours * HOUR },
    properties: properties.filter((condition) => condition !== null),
  };
  return { ...any, name: "VCALENDAR", components: [inner] };
}

function calendarProperty(name: string, text: string | undefined): PropertyFilter | null {
  if (text === undefined) return null;
  const textMatch = { text, collation: "i;unicode-casemap" as const, negate: false };
  return { name, isNotDefined: false, timeRange: null, textMatch, parameters: [] };
}
