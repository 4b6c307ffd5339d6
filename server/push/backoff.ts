const FIRST = 5;
const LONGEST = 900;

/**
 * Seconds to wait before the next attempt: doubling from 5 s to 15 min, with up to half as much again at random so that
 * many endpoints do not come back at once. A time named by the service is never undercut.
 *
 * @param attempts how many attempts failed before this one
 * @param after seconds the service asked for
 */
export function backOff(attempts: number, after?: number): number {
  const delay = after ?? Math.min(FIRST * 2 ** Math.min(attempts, 20), LONGEST);
  return delay * (1 + Math.random() / 2);
}
