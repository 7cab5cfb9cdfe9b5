/**
 * The switch interval: milliseconds outside, whole microseconds inside, as CPython has seconds outside and microseconds inside.
 */
import { describe, SwitchIntervalError } from '../errors.js';

const MAX_MICROSECONDS = 0x7fff_ffff;

/** Milliseconds to whole microseconds, truncated; refuses what is not a finite number above 0 (NaN and infinity too, which CPython lets pass). */
export function toMicroseconds(milliseconds: unknown): number {
  if (typeof milliseconds === 'number' && milliseconds > 0 && milliseconds * 1000 <= MAX_MICROSECONDS)
    return Math.trunc(milliseconds * 1000);
  throw new SwitchIntervalError(
    `switchInterval: expected milliseconds above 0 and at most ${Math.trunc(MAX_MICROSECONDS / 1000)}, such as 5; got ${describe(milliseconds)}`,
  );
}

/** The same check, for an interval that a lock elsewhere will be made with. */
export function checkSwitchInterval(milliseconds: unknown): number {
  return toMicroseconds(milliseconds) / 1000;
}
