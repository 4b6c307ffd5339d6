import { expandCalendar } from "./expand.ts";
import type { Spend } from "./expand.ts";
import { jcalOf, jcalOfComponent } from "./jcal.ts";
import type { Jcal } from "./jcal.ts";
import { limitFreeBusy, limitRecurrences } from "./limit.ts";
import { parseCalendar } from "./parse.ts";
import type { TimeRange } from "./range.ts";
import { selectContent } from "./select.ts";
import type { ComponentSelection } from "./select.ts";
import { withTimezones } from "./timezones.ts";
import type { Timezones } from "./timezones.ts";
import { contentOf, writeContent } from "./write.ts";
import type { Content } from "./write.ts";

/** What a client wants of calendar data (RFC 4791 section 9.6, RFC 7809 section 7.1); null leaves it as it is. */
export interface Rendering {
  readonly selection: ComponentSelection | null;
  readonly expand: TimeRange | null;
  readonly limitRecurrences: TimeRange | null;
  readonly limitFreeBusy: TimeRange | null;
  readonly timezones: Timezones | null;
}

/**
 * Renders a stored calendar object. What need not change is the stored text itself.
 *
 * @param zone a TZID or the text of a VTIMEZONE for floating times; null means UTC
 * @param spend called with the size of each instance before an expansion makes it
 * @throws CalendarError when the text cannot be read, and whatever `spend` throws
 */
export function renderCalendar(
  text: string,
  rendering: Rendering,
  zone: string | null,
  spend: Spend,
): string {
  const { source, content } = rendered(text, rendering, zone, spend);
  return content === null ? source : writeContent(content);
}

/** The text with the VTIMEZONEs that are wanted, and what is to be written in its stead; null where it is as it should be. */
function rendered(
  text: string,
  { timezones, ...parts }: Rendering,
  zone: string | null,
  spend: Spend,
): { source: string; content: Content | null } {
  const source = timezones === null ? text : withTimezones(text, timezones);
  return { source, content: isPlain(parts) ? null : renderContent(source, parts, zone, spend) };
}

/** Of a rendering all that needs the text to be read and written anew. */
type Parts = Omit<Rendering, "timezones">;

function isPlain(parts: Parts): boolean {
  return Object.values(parts).every((part) => part === null);
}

/** As `renderCalendar`, in jCal (RFC 7265). */
export function renderJcal(
  text: string,
  rendering: Rendering,
  zone: string | null,
  spend: Spend,
): Jcal {
  const { source, content } = rendered(text, rendering, zone, spend);
  return content === null ? jcalOfComponent(parseCalendar(source)) : jcalOf(content);
}

/** The content to write, or null when the stored text is it. */
function renderContent(
  text: string,
  parts: Parts,
  zone: string | null,
  spend: Spend,
): Content | null {
  const { selection, expand, limitRecurrences: recurrences, limitFreeBusy: freeBusy } = parts;
  const stored = parseCalendar(text);
  const calendar = recurrences === null ? stored : limitRecurrences(stored, recurrences, zone);
  if (calendar === stored && selection === null && expand === null && freeBusy === null)
    return null;
  const whole =
    expand === null ? contentOf(calendar) : expandCalendar(calendar, expand, zone, spend);
  const content = freeBusy === null ? whole : limitFreeBusy(whole, freeBusy);
  return selection === null ? content : selectContent(content, selection);
}
