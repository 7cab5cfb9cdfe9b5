/**
 * How a thread finds its place at a lock, and how it leaves.
 */
import type { Dialect } from '../dialects/dialect.js';
import { TooManyThreadsError } from '../errors.js';
import type { Words } from '../host/memory.js';
import { onThreadExit, THREAD_NUMBER } from '../host/thread.js';
import { runBlocking } from '../steps/blocking.js';
import { BREAKER, MAX_THREADS, NOBODY, PLACE_SIZE, placeOf, TENANT } from './layout.js';
import { bury, type Contender } from './protocol.js';

/** Moves into the first free place. If this thread ends by itself, even while it holds the lock, the place is cleared and the lock taken back. */
export function moveIn(words: Words, dialect: Dialect): Contender {
  for (let ident = 1; ident <= MAX_THREADS; ident += 1) {
    const place = placeOf(ident);
    if (Atomics.compareExchange(words, place + TENANT, 0, THREAD_NUMBER) !== 0) continue;
    words.fill(0, place + TENANT + 1, place + PLACE_SIZE);
    words[place + BREAKER] = 0;
    onThreadExit(() => runBlocking(bury(words, ident)));
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
