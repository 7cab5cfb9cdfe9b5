/**
 * Chance that repeats itself: the same numbers for the same seed. Mulberry32: 32 bits of state, one multiplication or two.
 */

/** Draws numbers from 0 up to, but not including, 1. */
export type Dice = () => number;

/** Dice of this seed, a whole number. */
export function diceOf(seed: number): Dice {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}
