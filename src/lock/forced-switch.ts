/**
 * The forced switch: whoever was asked to let go does not go on until another thread has the lock. CPython: `switch_cond`.
 */
import { add, load, notify, now, type Protocol, TIMED_OUT, type Words, wait } from '../steps/step.js';
import type { Contender } from './contender.js';
import { FORCED, FORCED_WAIT, LAST_HOLDER, LOCK, TURN, WAITING, waitersIn } from './layout.js';

export const EVERYBODY = Number.POSITIVE_INFINITY;

/**
 * How long a forced dropper waits before it doubts that anybody living waits, in milliseconds, and how often it doubts. A living
 * waiter takes a free lock as soon as it is woken; a dead one that nobody buried stays in the count for ever.
 */
const DOUBT_AFTER = 20;
const DOUBTS = 25;

/** Sleeps until another thread has taken the lock, or nobody wants it any more. `overdue` if the time `until` came first. */
export function* awaitSwitch(self: Contender, until: number): Protocol<'settled' | 'overdue'> {
  const { words, ident, place } = self;
  yield add(words, FORCED, 1);
  yield add(words, place + FORCED_WAIT, 1);
  let doubts = 0;
  try {
    for (;;) {
      const turn = yield load(words, TURN);
      const own = yield load(words, place + WAITING);
      const gone = (yield load(words, LAST_HOLDER)) !== ident || waitersIn(yield load(words, LOCK)) <= own;
      if (gone || doubts === DOUBTS) {
        self.hindrance = 'none';
        return 'settled';
      }
      const left = until === Number.POSITIVE_INFINITY ? until : until - (yield now(words));
      if (left <= 0) return 'overdue';
      const outcome = yield wait(words, TURN, turn, Math.min(DOUBT_AFTER, left));
      if (outcome !== TIMED_OUT) continue;
      doubts += 1;
      yield notify(words, LOCK, EVERYBODY);
    }
  } finally {
    yield add(words, place + FORCED_WAIT, -1);
    yield add(words, FORCED, -1);
  }
}

/** Something has happened that a forced dropper must see. */
export function* wakeForced(words: Words): Protocol<void> {
  if ((yield load(words, FORCED)) === 0) return;
  yield add(words, TURN, 1);
  yield notify(words, TURN, EVERYBODY);
}
