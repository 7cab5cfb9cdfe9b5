/**
 * The account of one thread at one lock: what it counts, how long it held and waited, and what it writes down. Nobody else writes here,
 * so nothing here needs an atomic. Times are taken only while somebody wants to know them: see `DETAILS`.
 */
import type { Contender } from './contender.js';
import { DETAILS, HELD, HELD_SINCE, SWITCH_NUMBER, TENANT, TIMED, timesOf, WAITED } from './layout.js';
import type { Happened } from './recorder.js';

/** One more of what `counter` counts. */
export function count({ words, place }: Contender, counter: number): void {
  words[place + counter]! += 1;
}

/** Whether times are wanted. */
export function isTimed({ words }: Contender): boolean {
  return (words[DETAILS]! & TIMED) !== 0;
}

/** It has the lock since `time`. */
export function beginHold({ times, ident }: Contender, time: number): void {
  times[timesOf(ident) + HELD_SINCE] = time;
}

/** It had the lock until `time`. */
export function endHold({ times, ident }: Contender, time: number): void {
  const at = timesOf(ident);
  const since = times[at + HELD_SINCE]!;
  // Nobody wanted to know when this hold began.
  if (since === 0) return;
  times[at + HELD]! += time - since;
  times[at + HELD_SINCE] = 0;
}

/** It waited for so long. */
export function addWait({ times, ident }: Contender, milliseconds: number): void {
  times[timesOf(ident) + WAITED]! += milliseconds;
}

/** Writes down what happened, if anybody wants to know. */
export function note({ recorder, words, ident, place }: Contender, what: Happened): void {
  recorder?.record(what, { ident, thread: Math.abs(words[place + TENANT]!), switchNumber: words[SWITCH_NUMBER]! });
}
