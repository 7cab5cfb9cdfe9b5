/**
 * Biased counting of references, the way of free-threaded CPython (PEP 703): the thread that made the object counts its own by loads and stores,
 * all others together count theirs atomically. The object is freed when both are nothing, and to know that, the two counts are merged at
 * the end. CPython Include/refcount.h, Objects/object.c: _Py_MergeZeroLocalRefcount, _Py_DecRefShared.
 *
 * | SHARED's lowest bits | meaning                                                                                       |
 * |----------------------|-----------------------------------------------------------------------------------------------|
 * | 0                    | the owner counts in LOCAL, the others here                                                      |
 * | QUEUED               | another thread gave back what the owner had counted: the owner is to merge, whoever holds what   |
 * | MERGED               | all count here; nobody owns it                                                                  |
 */
import { HEAD } from '../lock/object-memory.js';
import { cas, load, type Protocol, store, type Words } from '../steps/step.js';

/** Plain and atomic: how many references there are. Biased: those that the owner has counted, written only by the owner. */
export const LOCAL = HEAD;
/** Biased: those that all other threads have counted, times four, below zero if they gave back more than they took; and the state. */
export const SHARED = HEAD + 1;
/** Biased: the number of the thread that counts in `LOCAL`, or 0. Written by the owner, or by whoever buries it. */
export const OWNER = HEAD + 2;
/** Whether it is freed: 0, or the number of the thread that did it. Written once, by whoever gave back the last reference. */
export const FREED = HEAD + 3;
/** How many words a count has. */
export const COUNT_WORDS = 4;

/** In `SHARED`: one reference. */
export const ONE = 4;
export const QUEUED = 2;
export const MERGED = 3;
/** The lowest bits of `SHARED`. */
export const STATES = 3;

/** What giving back a reference has led to: more are left, none is left, or fewer than none. */
export type Left = 'some' | 'none' | 'negative';

/** Counts one fewer, as the thread `self`. */
export function* decrefBiased(words: Words, self: number): Protocol<Left> {
  if ((yield load(words, OWNER)) !== self) return yield* decrefShared(words);
  const count = (yield load(words, LOCAL)) - 1;
  yield store(words, LOCAL, count);
  if (count > 0) return 'some';
  return yield* merge(words);
}

function* decrefShared(words: Words): Protocol<Left> {
  for (let shared = yield load(words, SHARED); ; ) {
    // Nobody but the owner can have counted what is given back here: the owner is to see to it. CPython keeps the reference meanwhile; so does this.
    const next = shared === 0 ? QUEUED : shared - ONE;
    const seen = yield cas(words, SHARED, shared, next);
    if (seen !== shared) {
      shared = seen;
      continue;
    }
    return (next & STATES) === MERGED ? leftOf(next >> 2) : 'some';
  }
}

/** From now on all count in `SHARED`. The owner does it with its last reference or when it was queued; or whoever buries the owner. */
export function* merge(words: Words): Protocol<Left> {
  const local = yield load(words, LOCAL);
  // Before the counts are one: a thread that is no owner counts in SHARED, whatever its state.
  yield store(words, OWNER, 0);
  yield store(words, LOCAL, 0);
  for (let shared = yield load(words, SHARED); ; ) {
    // What was queued is given back now.
    const count = (shared >> 2) + local - ((shared & STATES) === QUEUED ? 1 : 0);
    const seen = yield cas(words, SHARED, shared, count * ONE + MERGED);
    if (seen === shared) return leftOf(count);
    shared = seen;
  }
}

export function leftOf(count: number): Left {
  if (count === 0) return 'none';
  return count > 0 ? 'some' : 'negative';
}
