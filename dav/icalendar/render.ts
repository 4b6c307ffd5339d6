import { expandCalendar } from "./expand.ts";
import type { Spend } from "./expand.ts";
import { jcalOf, jcalOfComponent } from "./jcal.ts";
import type { Jcal } from "./jcal.ts";
import { limitFreeBusy, limitRecurrences, limitTimezones } from "./limit.ts";
import { parseCalendar } from "./parse.ts";
import type { TimeRange } from "./range.ts";
import { selectContent } from "./select.ts";
import type { ComponentSelection } from "./select.ts";
import { contentOf, writeContent } from "./write.ts";
import type { Content } from "./write.ts";

/** What a client wants of calendar data (RFC 4791 section 9.6); null leaves it as it is. */
export interface Rendering {
  readonly selection: ComponentSelection | null;
  readonly expand: TimeRange | null;
  readonly limitRecurrences: TimeRange | null;
  readonly limitFreeBusy: TimeRange | null;
  /** Leaves out VTIMEZONEs of standard zones (RFC 7809 section 3.1.2). */
  readonly withoutTimezones: boolean;
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
  const content = isPlain(rendering) ? null : renderContent(text, rendering, zone, spend);
  return content === null ? text : writeContent(content);
}

function isPlain(rendering: Rendering): boolean {
  return Object.values(rendering).every((part) => part === null || part === false);
}

/** As `renderCalendar`, in jCal (RFC 7265). */
export function renderJcal(
  text: string,
  rendering: Rendering,
  zone: string | null,
  spend: Spend,
): Jcal {
  const content = isPlain(rendering) ? null : renderContent(text, rendering, zone, spend);
  return content === null ? jcalOfComponent(parseCalendar(text)) : jcalOf(content);
}

/** The content to write, or null when the stored text is it. */
function renderContent(
  text: string,
  rendering: Rendering,
  zone: string | null,
  spend: Spend,
): Content | null {
  const { selection, expand, limitRecurrences: recurrences, limitFreeBusy: freeBusy } = rendering;
  const stored = parseCalendar(text);
  const limited = recurrences === null ? stored : limitRecurrences(stored, recurrences, zone);
  const calendar = rendering.withoutTimezones ? limitTimezones(limited) : limited;
  if (calendar === stored && selection === null && expand === null && freeBusy === null)
    return null;
  const whole =
    expand === null ? contentOf(calendar) : expandCalendar(calendar, expand, zone, spend);
  const content = freeBusy === null ? whole : limitFreeBusy(whole, freeBusy);
  return selection === null ? content : selectContent(content, selection);
}
