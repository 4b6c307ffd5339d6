/** The preconditions this module can find broken (RFC 4791 section 5.3.2.1). */
export type CalendarCondition =
  | "valid-calendar-data"
  | "valid-calendar-object-resource"
  | "supported-calendar-component"
  | "supported-rscale"
  | "max-instances"
  | "max-attendees-per-instance"
  | "min-date-time"
  | "max-date-time";

/** Calendar data that cannot be taken; the message is a sentence for the person who sent it. */
export class CalendarError extends Error {
  readonly condition: CalendarCondition;

  constructor(condition: CalendarCondition, message: string, line?: number) {
    super(line === undefined ? message : `Line ${line}: ${message}`);
    this.name = "CalendarError";
    this.condition = condition;
  }
}

/** Client text for a message: on one line, printable and short. */
export function quote(text: string): string {
  const printable = text.slice(0, 80).replace(/[^\x20-\x7e\xa0-\uffff]/g, "?");
  return `"${printable}${text.length > 80 ? "…" : ""}"`;
}
