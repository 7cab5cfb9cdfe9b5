/**
 * The lock's own account of itself, added up over the places of its threads.
 */
import type { Words } from '../host/memory.js';
import {
  ABANDONED_COUNT,
  FINAL_DROPS,
  FORCED_DROPS,
  HOLDS,
  LOCK,
  MAX_THREADS,
  placeOf,
  REQUESTS,
  SWITCH_NUMBER,
  TENANT,
  VOLUNTARY_DROPS,
  WAITS,
  waitersIn,
} from './layout.js';

/** Counts since the lock was made; threads that have ended and whose place was taken again are no longer in the sums. */
export interface GilStats {
  /** How often the lock was taken. */
  readonly holds: number;
  /** How many of these takes had to wait. */
  readonly waits: number;
  /** How often the lock went to another thread than before: CPython's `switch_number`. */
  readonly switches: number;
  /** How often a waiter asked the holder to drop it. */
  readonly requests: number;
  /** How often it was let go, and why. */
  readonly drops: {
    /** At a look, because another thread had asked. */
    readonly forced: number;
    /** By the thread's own will: for I/O, after a task. */
    readonly voluntary: number;
    /** Given back for good, by `release()`. */
    readonly final: number;
  };
  /** How often a thread died holding it. */
  readonly abandoned: number;
  /** Threads waiting for it at this moment. */
  readonly waiting: number;
  /** Threads attached to it at this moment. */
  readonly threads: number;
}

export function readStats(words: Words): GilStats {
  const sum = (counter: number): number => {
    let total = 0;
    for (let ident = 1; ident <= MAX_THREADS; ident += 1) total += (words[placeOf(ident) + counter] ?? 0) >>> 0;
    return total;
  };
  let threads = 0;
  for (let ident = 1; ident <= MAX_THREADS; ident += 1) if (words[placeOf(ident) + TENANT] !== 0) threads += 1;
  return {
    holds: sum(HOLDS),
    waits: sum(WAITS),
    switches: Atomics.load(words, SWITCH_NUMBER),
    requests: sum(REQUESTS),
    drops: { forced: sum(FORCED_DROPS), voluntary: sum(VOLUNTARY_DROPS), final: sum(FINAL_DROPS) },
    abandoned: Atomics.load(words, ABANDONED_COUNT),
    waiting: waitersIn(Atomics.load(words, LOCK)),
    threads,
  };
}
