/**
 * What several shared types ask of an index.
 */
import { describe } from '../errors.js';
import { SharedIndexError } from './errors.js';

/** Where `index` is, from 0: below 0 it counts from the end. CPython: "list index out of range". */
export function checkIndex(index: number, length: number, what: string): number {
  const at = index < 0 ? index + length : index;
  if (Number.isInteger(at) && at >= 0 && at < length) return at;
  throw new SharedIndexError(`${what}: expected an index from ${-length} to ${length - 1}; got ${describe(index)}`);
}
