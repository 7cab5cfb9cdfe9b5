/**
 * The options of a search, checked once where they come in.
 */
import { describe } from '../errors.js';
import { SpecError } from './errors.js';
import type { SearchOptions } from './spec.js';

/** What each number may be. */
const NUMBERS = {
  bound: { least: 0, whole: 'whole', what: 'how many at most' },
  depth: { least: 1, whole: 'whole', what: 'how many orders must be right' },
  maxSchedules: { least: 0, whole: 'whole', what: 'how many schedules at most' },
  maxMs: { least: 0, whole: 'any', what: 'milliseconds' },
  maxSteps: { least: 1, whole: 'whole', what: 'moves in a schedule' },
  seed: { least: Number.NEGATIVE_INFINITY, whole: 'whole', what: 'a number to begin with' },
} as const;

/**
 * @throws SpecError for a number that is none, or out of its range
 */
export function checkSearch(search: unknown): SearchOptions {
  if (search === undefined) return {};
  if (typeof search !== 'object' || search === null)
    throw new SpecError(`search: expected { strategy, maxMs, … }; got ${describe(search)}`);
  for (const [name, { least, whole, what }] of Object.entries(NUMBERS)) {
    const value: unknown = Reflect.get(search, name);
    if (value === undefined) continue;
    const isGood =
      typeof value === 'number' && value >= least && (whole === 'any' || value === Number.POSITIVE_INFINITY || Number.isInteger(value));
    if (!isGood) {
      const range = Number.isFinite(least) ? `, ${least} or more` : '';
      throw new SpecError(`search.${name}: expected ${what}, a ${whole === 'whole' ? 'whole ' : ''}number${range}; got ${describe(value)}`);
    }
  }
  return search as SearchOptions;
}
