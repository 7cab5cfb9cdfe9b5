/**
 * A thread's rank, where the dialect lets the program set it.
 */
import type { Dialect } from '../dialects/dialect.js';
import { ArgumentError, describe, OutOfRangeError } from '../errors.js';

/** A rank that the dialect allows, or a clear error. */
export function checkRank({ rank, name }: Dialect, value: unknown): number {
  if (rank.by !== 'program') {
    const why = rank.by === 'behaviour' ? 'threads earn their rank by how they let go' : 'all threads are equal';
    throw new ArgumentError(`rank: in the dialect ${name} ${why}; expected a dialect whose rank is set by the program, such as 'ruby-3.4'`);
  }
  if (typeof value !== 'number') throw new ArgumentError(`rank: expected a whole number; got ${describe(value)}`);
  if (Number.isInteger(value) && value >= rank.lowest && value <= rank.highest) return value;
  throw new OutOfRangeError(`rank: expected a whole number from ${rank.lowest} to ${rank.highest}; got ${describe(value)}`);
}
