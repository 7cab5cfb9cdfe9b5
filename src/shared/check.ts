/**
 * What several shared types ask of a value, an index, a size.
 */
import { ArgumentError, describe, OutOfRangeError } from '../errors.js';
import { SharedIndexError } from './errors.js';

/** A number, or a clear error. */
export function checkNumber(value: unknown, where: string): number {
  if (typeof value === 'number') return value;
  throw new ArgumentError(`${where}: expected a number; got ${describe(value)}`);
}

/** Where `index` is, from 0: below 0 it counts from the end. CPython: "list index out of range". */
export function checkIndex(index: number, length: number, where: string): number {
  const at = index < 0 ? index + length : index;
  if (Number.isInteger(at) && at >= 0 && at < length) return at;
  const expected = length === 0 ? 'an element; there is none' : `an index from ${-length} to ${length - 1}`;
  throw new SharedIndexError(`${where}: expected ${expected}; got ${describe(index)}`);
}

/** How large something may become: a whole number from 1 on. */
export function checkSize(size: unknown, most: number, where: string): void {
  if (typeof size !== 'number') throw new ArgumentError(`${where}: expected a number; got ${describe(size)}`);
  if (Number.isInteger(size) && size >= 1 && size <= most) return;
  throw new OutOfRangeError(`${where}: expected a whole number from 1 to ${most}; got ${size}`);
}
