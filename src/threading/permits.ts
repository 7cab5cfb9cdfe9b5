/**
 * The text under `Semaphore` and `BoundedSemaphore`: a count of permits in one word, and how many wait for one. Whoever gives permits
 * back looks for waiters afterwards; whoever waits says so before it looks at the permits: one of the two sees the other.
 */

import { HEAD } from '../lock/object-memory.js';
import { add, cas, load, notify, now, type Protocol, type Words, wait } from '../steps/step.js';

/** How many permits are left. */
export const VALUE = HEAD;
/** How many permits there may be at most. Written once. */
export const BOUND = HEAD + 1;
/** How many wait. One that died while it waited stays counted, which costs a needless wake-up each time. */
export const WAITERS = HEAD + 2;
/** How many sleeps on `VALUE` are in event loops. */
export const LOOPS = HEAD + 3;
export const PERMIT_WORDS = 4;

/** As many as a word can count. */
export const UNBOUNDED = 0x7fff_ffff;

/** Takes a permit; `false` if there was none until the time `until`. */
export function* takePermit(words: Words, until: number): Protocol<boolean> {
  let outcome: 'waiting' | 'taken' = 'waiting';
  yield add(words, WAITERS, 1);
  try {
    for (;;) {
      for (let value = yield load(words, VALUE); value > 0; ) {
        const seen = yield cas(words, VALUE, value, value - 1);
        if (seen === value) {
          outcome = 'taken';
          return true;
        }
        value = seen;
      }
      const left = until === Number.POSITIVE_INFINITY ? until : until - (yield now(words));
      if (left <= 0) return false;
      yield wait(words, VALUE, 0, left, LOOPS);
    }
  } finally {
    yield add(words, WAITERS, -1);
    // Perhaps the one that was woken, in whose stead nobody else was.
    if (outcome === 'waiting') yield notify(words, VALUE, 1 + (yield load(words, LOOPS)));
  }
}

/** Gives back `count` permits, all or none: `false` if there would be more than the bound. */
export function* givePermits(words: Words, count: number): Protocol<boolean> {
  const bound = yield load(words, BOUND);
  for (let value = yield load(words, VALUE); value + count <= bound; ) {
    const seen = yield cas(words, VALUE, value, value + count);
    if (seen === value) {
      if ((yield load(words, WAITERS)) > 0) yield notify(words, VALUE, count + (yield load(words, LOOPS)));
      return true;
    }
    value = seen;
  }
  return false;
}

/** A thread has died that may have been woken and done nothing: everybody looks again. */
export function* wakeAll(words: Words): Protocol<void> {
  yield notify(words, VALUE, Number.POSITIVE_INFINITY);
}
