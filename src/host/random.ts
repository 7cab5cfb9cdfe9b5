/**
 * Randomness: the only door to it. Not `node:crypto`: loading that costs a worker a tenth of its start.
 */

/** As it was at the start: while schedules are explored, the platform's own complains. */
const random = Math.random;

/** A random 32-bit word. Two threads draw the same ones if Node was started with `--random-seed`. */
export function randomWord(): number {
  return (random() * 2 ** 32) | 0;
}
