/**
 * How a thread finds its place at a lock, how it leaves, and who clears up after it when it was made to.
 */
import type { Dialect } from '../dialects/dialect.js';
import { TooManyThreadsError } from '../errors.js';
import type { Words } from '../host/memory.js';
import { onThreadExit, THREAD_NUMBER } from '../host/thread.js';
import { runBlocking } from '../steps/blocking.js';
import { BREAKER, MAX_THREADS, NOBODY, PLACE_SIZE, placeOf, TENANT } from './layout.js';
import { bury, type Contender } from './protocol.js';

/** The memory of every lock that this thread is at. Weak: a lock that nobody uses any more is not kept for the sake of the dead. */
const known = new Set<WeakRef<SharedArrayBuffer>>();
const forgotten = new FinalizationRegistry<WeakRef<SharedArrayBuffer>>((reference) => known.delete(reference));

function remember(words: Words): void {
  for (const reference of known) if (reference.deref() === words.buffer) return;
  const reference = new WeakRef(words.buffer);
  known.add(reference);
  forgotten.register(words.buffer, reference);
}

/**
 * A thread was terminated, or ended without a farewell: takes back whatever it left at any lock that this thread knows. Thread
 * numbers are never used twice, so a place that somebody else has moved into meanwhile is not touched.
 */
export function buryThread(threadNumber: number): void {
  for (const reference of known) {
    const memory = reference.deref();
    if (memory === undefined) continue;
    const words = new Int32Array(memory);
    for (let ident = 1; ident <= MAX_THREADS; ident += 1) {
      if (Atomics.load(words, placeOf(ident) + TENANT) === threadNumber) runBlocking(bury(words, ident));
    }
  }
}

/** Moves into the first free place. If this thread ends by itself, even while it holds the lock, the place is cleared and the lock taken back. */
export function moveIn(words: Words, dialect: Dialect): Contender {
  for (let ident = 1; ident <= MAX_THREADS; ident += 1) {
    const place = placeOf(ident);
    if (Atomics.compareExchange(words, place + TENANT, 0, THREAD_NUMBER) !== 0) continue;
    words.fill(0, place + TENANT + 1, place + PLACE_SIZE);
    words[place + BREAKER] = 0;
    remember(words);
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
