/**
 * Requests to let go: how long a waiter waits before it makes one, how it makes it, and how the holder knows that it is the one meant.
 */
import { cas, load, type Protocol, store } from '../steps/step.js';
import { count, note } from './account.js';
import type { Contender } from './contender.js';
import { BREAKER, holderIn, INTERVAL, LOCK, NOBODY, placeOf, RANK, REQUESTS, SWITCH_NUMBER, stamp } from './layout.js';

/** How a waiter sleeps before it asks: so long in all (0: it asks first), in naps of so long. */
export interface Patience {
  readonly slice: number;
  readonly nap: number;
}

/**
 * By the interval as it is now: each turn of the waiter's loop reads it anew (law 9). At least 1 µs, as CPython clamps it. In a dialect
 * where no waiter asks, for ever.
 */
export function* patience(self: Contender): Protocol<Patience> {
  const { words, dialect } = self;
  const { by } = dialect.request;
  if (by !== 'waiter' && by !== 'timer') return { slice: Number.POSITIVE_INFINITY, nap: Number.POSITIVE_INFINITY };
  let slice = Math.max(yield load(words, INTERVAL), 1) / 1000;
  if (dialect.rank.by !== 'nobody') {
    const holder = holderIn(yield load(words, LOCK));
    const rank = holder === NOBODY ? 0 : yield load(words, placeOf(holder) + RANK);
    if (dialect.slice === 'interval-doubled-by-rank') slice *= 2 ** rank;
    if (dialect.preemption === 'at-once-by-higher-rank' && (yield load(words, self.place + RANK)) > rank) return { slice: 0, nap: slice };
  }
  return { slice, nap: by === 'timer' ? Math.min(dialect.request.tick, slice) : slice };
}

/** Asks whoever holds the lock to drop it, unless it was handed over since `switchNumber` was read. */
export function* request(self: Contender, switchNumber: number): Protocol<void> {
  const { words, ident } = self;
  const holder = holderIn(yield load(words, LOCK));
  if (holder === NOBODY || (yield load(words, SWITCH_NUMBER)) !== switchNumber) return;
  note(self, { type: 'request', holder });
  // An own waiter's request never goes through the breaker: a look of this thread, which blocks, could not honour it.
  if (holder === ident) self.ownRequest = stamp(switchNumber);
  else {
    yield store(words, placeOf(holder) + BREAKER, stamp(switchNumber));
    self.deliver(holder);
  }
  count(self, REQUESTS);
}

/** Whether another thread asked the holder `self` to drop, and meant this very hold. */
export function* isAsked(self: Contender): Protocol<boolean> {
  const seen = yield load(self.words, self.place + BREAKER);
  if (seen === 0) return false;
  if (seen === stamp(yield load(self.words, SWITCH_NUMBER))) return true;
  // Stale: swept away, unless a new one has come in the meantime.
  yield cas(self.words, self.place + BREAKER, seen, 0);
  return false;
}
