import { feedPeriodOf } from "../../../dav/index.ts";
import type { StoredProperties } from "../../../dav/store.ts";

const DEFAULT = 3600;
const SHORTEST = 900;
const LONGEST = 7 * 86_400;
const FIRST_RETRY = 300;
const LONGEST_RETRY = 86_400;

/** As much again at random, so that feeds of one server are not all asked for at once. */
const JITTER = 0.1;

/** Seconds to the next look after a success: what the user chose in Apple's refreshrate, within bounds. */
export function periodOf(properties: StoredProperties): number {
  const chosen = feedPeriodOf(properties) ?? DEFAULT;
  return Math.min(Math.max(chosen, SHORTEST), LONGEST) * (1 + Math.random() * JITTER);
}

/**
 * Seconds to the next look after a failure: doubling from five minutes to a day.
 *
 * @param failures how many there were before
 * @param asked seconds that the feed's server asked for, or null
 */
export function retryAfterFailure(failures: number, asked: number | null): number {
  const delay = Math.min(FIRST_RETRY * 2 ** Math.min(failures, 20), LONGEST_RETRY);
  return Math.max(delay, asked ?? 0) * (1 + Math.random() * JITTER);
}
