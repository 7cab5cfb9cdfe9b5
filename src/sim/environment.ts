/**
 * A search told from outside, by environment variables: to see one schedule again, or to look longer in the night.
 */
import { env } from 'node:process';
import { SpecError } from './errors.js';
import type { SearchOptions } from './spec.js';

/** The variables, and which option each is. */
const NUMBERS = {
  GIL_SEED: 'seed',
  GIL_MAX_MS: 'maxMs',
  GIL_MAX_SCHEDULES: 'maxSchedules',
} as const satisfies Record<string, keyof SearchOptions>;

/**
 * The options with what the environment says: `GIL_SCHEDULE` (one schedule, as a report prints it), `GIL_SEED`, `GIL_MAX_MS`, `GIL_MAX_SCHEDULES`.
 *
 * @example
 * ```ts
 * import { explore, fromEnvironment } from 'gil/sim';
 * const report = explore({
 *   state: () => ({ n: 0 }),
 *   threads: { ann: function* (s) { s.n += 1; }, bob: function* (s) { s.n += 1; } },
 *   after: (s) => s.n === 2,
 *   search: fromEnvironment({ maxMs: 500 }),
 * });
 * report.proved; // => 'complete'
 * ```
 * @throws SpecError if a number is none
 */
export function fromEnvironment(options: SearchOptions = {}): SearchOptions {
  const numbers = Object.entries(NUMBERS).flatMap(([variable, option]) => {
    const text = env[variable];
    if (text === undefined || text === '') return [];
    const number = Number(text);
    if (Number.isFinite(number) && number >= 0) return [[option, number]];
    throw new SpecError(`${variable}: expected a number, 0 or more; got ${JSON.stringify(text)}`);
  });
  const schedule = env['GIL_SCHEDULE'];
  return { ...options, ...Object.fromEntries(numbers), ...(schedule === undefined || schedule === '' ? {} : { schedule }) };
}
