/**
 * How a thread finds its place at a lock, and how it is cleared.
 */
import type { Dialect } from '../dialects/dialect.js';
import { TooManyThreadsError } from '../errors.js';
import type { Words } from '../host/memory.js';
import { THREAD_NUMBER } from '../host/thread.js';
import { runBlocking } from '../steps/blocking.js';
import { BREAKER, MAX_THREADS, NOBODY, PLACE_SIZE, placeOf, TENANT } from './layout.js';
import { bury, type Contender } from './protocol.js';

/** Clears every place that a thread of this number has at the lock. Its number is never used again, so whoever moved in since is safe. */
export function clearPlaces(words: Words, threadNumber: number): void {
  for (let ident = 1; ident <= MAX_THREADS; ident += 1) {
    if (Atomics.load(words, placeOf(ident) + TENANT) === threadNumber) runBlocking(bury(words, ident));
  }
}

/** Moves into the first free place. */
export function moveIn(words: Words, dialect: Dialect): Contender {
  for (let ident = 1; ident <= MAX_THREADS; ident += 1) {
    const place = placeOf(ident);
    if (Atomics.compareExchange(words, place + TENANT, 0, THREAD_NUMBER) !== 0) continue;
    words.fill(0, place + TENANT + 1, place + PLACE_SIZE);
    words[place + BREAKER] = 0;
    return {
      words,
      ident,
      place,
      dialect,
      ownWaiters: 0,
      ownRequest: 0,
      debt: 'none',
      inherited: NOBODY,
      ticks: dialect.request.by === 'ticks' ? dialect.request.ticks : 0,
    };
  }
  throw new TooManyThreadsError(
    `this lock has ${MAX_THREADS} places and all are taken; expected fewer threads: shut pools down that are done, or use several locks`,
  );
}
