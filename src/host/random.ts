/**
 * Randomness: the only door to it. Not `node:crypto`: loading that costs a worker a tenth of its start.
 */

/** A random 32-bit word. Two threads draw the same ones if Node was started with `--random-seed`. */
export function randomWord(): number {
  return (Math.random() * 2 ** 32) | 0;
}
