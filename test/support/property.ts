/**
 * Properties over random data. `npm test` draws the same data each time, so that it says of a change what
 * the change did; PUSHDAV_TEST_SEED draws other data, and PUSHDAV_TEST_RUNS so many times as much (see .ci/nightly).
 */
import * as fc from "fast-check";

/** What the random data of this run come from. */
export const SEED = Number(process.env["PUSHDAV_TEST_SEED"] ?? 20_260_704);

const TIMES = Number(process.env["PUSHDAV_TEST_RUNS"] ?? 1);

/**
 * Throws, with the smallest data found and the seed that finds them again, unless the property holds for
 * `numRuns` (100) random data.
 */
export function holds<T>(property: fc.IProperty<T>, parameters?: fc.Parameters<T>): void;
export function holds<T>(
  property: fc.IAsyncProperty<T>,
  parameters?: fc.Parameters<T>,
): Promise<void>;
export function holds<T>(
  property: fc.IRawProperty<T>,
  { numRuns = 100, ...parameters }: fc.Parameters<T> = {},
): void | Promise<void> {
  return fc.assert(property, { seed: SEED, ...parameters, numRuns: numRuns * TIMES });
}
