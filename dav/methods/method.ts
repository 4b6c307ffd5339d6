import type { Capabilities, TargetKind } from "../capabilities.ts";
import type { Context, DavRequest, DavResponse } from "../http/request.ts";
import type { Timezones } from "../icalendar/index.ts";
import type { Transaction } from "../store.ts";

/** Everything a verb may look at besides its request. */
export interface MethodContext extends Context {
  readonly capabilities: Capabilities;
  /** The zone that a request names for floating times, a TZID or the text of a VTIMEZONE; or null. */
  readonly timezone: string | null;
  /** Which VTIMEZONEs calendar data shall hold; null leaves it as it is stored. */
  readonly timezones: Timezones | null;
  /** Characters of expanded instances that the answer holds so far; reports only read, so none runs twice. */
  readonly expanded: { characters: number };
}

/**
 * What a request does once it holds a transaction. It may be run again after a serialization
 * failure, so it must change nothing but the transaction.
 */
export interface Work {
  /**
   * `statement`: reads that are right one by one. `snapshot`: reads that must see one state.
   * `write`: may change things.
   */
  readonly mode: "statement" | "snapshot" | "write";
  readonly run: (tx: Transaction) => Promise<DavResponse>;
}

/**
 * A verb. `prepare` holds no connection: it parses, refuses, and returns the work that is left. What takes long it
 * does in slices, and later.
 */
export interface Method {
  readonly name: string;
  /** What the method can act on; `unmapped` where nothing is mapped yet. */
  readonly on: ReadonlySet<TargetKind>;
  /** Whether it looks at no body, so that a request with one means something else (RFC 4918 section 8.4); false when absent. */
  readonly bodiless?: true;
  readonly prepare: (request: DavRequest, context: MethodContext) => Work | Promise<Work>;
}

/** Work that needs no store at all. */
export function answer(response: DavResponse): Work {
  return { mode: "statement", run: async () => response };
}
