/**
 * Randomness: the only door to it.
 */
import { randomInt } from 'node:crypto';

/** A random 32-bit word. */
export function randomWord(): number {
  return randomInt(2 ** 32) | 0;
}
