/**
 * The keys of a `SharedDict`: strings and numbers, each with a hash that is the same in every thread.
 */
import { describe } from '../errors.js';
import { SharedKeyError } from './errors.js';

/** What names a value. `1` and `'1'` are two keys; `-0` is `0`, and `NaN` is equal to itself, as in a `Map`. */
export type Key = string | number;

/** How long a name may be, in bytes of UTF-8. */
export const MOST_BYTES = 255;

/** Half a character: UTF-8 has no bytes for it. */
const LONE = /\p{Surrogate}/u;

const encoder = new TextEncoder();
/** A character is 3 bytes at most, so whatever fits was encoded whole, and whatever fills it is too long. */
const scratch = new Uint8Array(MOST_BYTES + 4);
const number = new Float64Array(1);
const numberBytes = new Uint8Array(number.buffer);

/**
 * The key as it is kept.
 * @throws SharedKeyError unless it is a number or a short string
 */
export function checkKey(key: unknown): Key {
  // -0 becomes 0, and every NaN the same one.
  if (typeof key === 'number') return Number.isNaN(key) ? Number.NaN : key + 0;
  if (typeof key !== 'string' || LONE.test(key))
    throw new SharedKeyError(`SharedDict: expected a well-formed string or a number as key; got ${describe(key)}`);
  if (key.length * 3 > MOST_BYTES && encoder.encodeInto(key, scratch).written > MOST_BYTES) {
    throw new SharedKeyError(
      `SharedDict: expected a key of at most ${MOST_BYTES} bytes, got ${encoder.encode(key).length}: ${describe(key)}; shorten it or number it`,
    );
  }
  return key;
}

/** Its hash, and the bytes of a name: valid until the next call. */
export function keyOf(key: Key): { readonly hash: number; readonly bytes: Uint8Array | undefined } {
  if (typeof key === 'number') {
    number[0] = key;
    return { hash: hash(numberBytes), bytes: undefined };
  }
  const bytes = scratch.subarray(0, encoder.encodeInto(key, scratch).written);
  return { hash: hash(bytes), bytes };
}

/** FNV-1a, with its bits mixed once more: the index uses the lowest ones. */
function hash(bytes: Uint8Array): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i += 1) value = Math.imul(value ^ bytes[i]!, 0x01000193);
  value ^= value >>> 15;
  value = Math.imul(value, 0x2c1b3c6d);
  return value ^ (value >>> 13);
}
